// What the meter offers to others.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t } from '~/i18n';
import { useWrite } from '~/state/write';
import { CheckField } from '~/ui/Field';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function ServicesStep({ done, back }: StepProps) {
  const [modbus, setModbus] = useState(false);
  const write = useWrite(() => api.setupStep('services', { modbus_tcp: modbus }));
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back} next={t(W.finish)}>
      <CheckField label={t(W.modbus)} checked={modbus} onChange={setModbus} />
      <p class="dim">{t(W.services_help)}</p>
    </StepForm>
  );
}
