// The wiring system, with its drawing and the isolation of the circuits.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t } from '~/i18n';
import { wiringName } from '~/i18n/wirings';
import { device, reloadDevice } from '~/state/catalog';
import { useWrite } from '~/state/write';
import { IsolationTable } from '~/ui/wiring/IsolationTable';
import { WiringDrawing } from '~/ui/wiring/WiringDrawing';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function WiringStep({ done, back }: StepProps) {
  const known = device.value;
  const [wiring, setWiring] = useState(known?.wiring ?? '3p4w');
  const write = useWrite(async () => {
    const answer = await api.setupStep('wiring', { wiring });
    await reloadDevice();
    return answer;
  });
  const system = known?.systems.find(({ name }) => name === wiring);
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back}>
      <div class="two">
        <fieldset class="stack stack-tight">
          <legend class="hidden-text">{t(W.wiring)}</legend>
          {known?.systems.map(({ name: slug }) => (
            <label key={slug} class="setup-choice">
              <input type="radio" name="wiring" value={slug} checked={slug === wiring} onChange={() => setWiring(slug)} />
              {wiringName(slug)}
            </label>
          ))}
          {write.problem?.of('wiring') && <p class="field-error" role="alert">{write.problem.of('wiring')}</p>}
        </fieldset>
        {system && known && <WiringDrawing system={system} terminals={known.terminals} />}
      </div>
      {known && (
        <details>
          <summary>{t(W.isolation)}</summary>
          <IsolationTable rows={known.isolation} />
        </details>
      )}
    </StepForm>
  );
}
