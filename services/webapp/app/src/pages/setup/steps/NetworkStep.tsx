// How the meter is reached. Addresses are the operating system's; this step shows them.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { useResource } from '~/state/resource';
import { useWrite } from '~/state/write';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function NetworkStep({ done, back }: StepProps) {
  const services = useResource('services', api.services);
  const write = useWrite(() => api.setupStep('network', { accepted: true }));
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back}>
      <p>{t(W.network_help)}</p>
      <Loaded resource={services} height={120}>
        {(list) => (
          <Table
            caption={t(W.listening)} dense rows={list.filter(({ running }) => running)} rowKey={({ name }) => name}
            columns={[
              { key: 'name', head: t(W.service), isHead: true, cell: ({ name }) => name.replaceAll('_', ' ').toUpperCase() },
              { key: 'address', head: t(W.address), cell: ({ address }) => <span class="mono">{address ?? '–'}</span> },
            ]}
          />
        )}
      </Loaded>
    </StepForm>
  );
}
