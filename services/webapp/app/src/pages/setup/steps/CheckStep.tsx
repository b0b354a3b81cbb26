// Live phasors and what the check of the wiring finds.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { useWrite } from '~/state/write';
import { LivePhasors } from '~/ui/phasor/LivePhasors';
import { WiringVerdict } from '~/ui/wiring/WiringVerdict';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function CheckStep({ done, back }: StepProps) {
  const write = useWrite(() => api.setupStep('check', { accepted: true }));
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back} next={t(W.accept)}>
      <p class="dim">{t(W.check_help)}</p>
      <WiringVerdict meter="main" />
      <LivePhasors meter="main" />
    </StepForm>
  );
}
