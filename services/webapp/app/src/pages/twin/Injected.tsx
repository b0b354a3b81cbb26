// What was injected, newest first.

import type { Twin } from '~/api/types';
import { t, tSlug } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { duration } from '~/i18n/format';
import { Empty } from '~/ui/states';
import { Table } from '~/ui/Table';
import { KINDS, W } from './words';

export function Injected({ twin }: { twin: Twin }) {
  const rows = [...twin.injected].reverse();
  return (
    <section class="panel">
      {rows.length === 0 ? <><h2>{t(W.injected)}</h2><Empty text={t(W.none_injected)} /></> : (
        <Table
          caption={t(W.injected)} dense tall rows={rows} rowKey={({ at_s, kind }, index) => `${at_s} ${kind} ${index}`}
          columns={[
            { key: 'at', head: t(W.position), cell: ({ at_s }) => duration(at_s) },
            { key: 'kind', head: t(W.kind), cell: ({ kind }) => tSlug(KINDS, kind) },
            { key: 'text', head: t(Common.details), cell: ({ text }) => text },
          ]}
        />
      )}
    </section>
  );
}
