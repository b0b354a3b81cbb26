// Which ESY modules answer. Their names come with the installation.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { qualityName } from '~/i18n/qualities';
import { device } from '~/state/catalog';
import { reading } from '~/state/live';
import { meterName } from '~/state/meter';
import { useWrite } from '~/state/write';
import { QualityDot, Reading } from '~/ui/Reading';
import { Empty } from '~/ui/states';
import { Table } from '~/ui/Table';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function ModulesStep({ done, back }: StepProps) {
  const modules = device.value?.meters.filter(({ id }) => id !== 'main') ?? [];
  const write = useWrite(() => api.setupStep('modules', { accepted: true }));
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  const power = (id: string) => reading(id, 'active_power.system');
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back}>
      {modules.length === 0 ? <Empty text={t(W.no_modules)} /> : (
        <Table
          caption={t(W.modules_help)} dense rows={modules} rowKey={({ id }) => id}
          columns={[
            { key: 'name', head: t(W.load), isHead: true, cell: (info) => meterName(info) },
            { key: 'model', head: t(W.module), cell: ({ id, model, serial }) => <span class="small">{id.toUpperCase()} · {model} · {serial}</span> },
            { key: 'state', head: t(W.answers), cell: ({ id }) => <span class="phase-mark"><QualityDot live={power(id)} />{qualityName(power(id).quality)}</span> },
            { key: 'power', head: t(W.power), numeric: true, cell: ({ id }) => <Reading live={power(id)} quantity="active_power" hideAge /> },
          ]}
        />
      )}
    </StepForm>
  );
}
