// Energy since the device's midnight, from the store; where nothing is stored, the registers' standings.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { spanOf } from '~/i18n/ranges';
import { pointIndex } from '~/state/catalog';
import { findColumn, total, useColumns } from '~/state/columns';
import { image, reading, type Live } from '~/state/live';
import { chosen } from '~/state/meter';
import { useResource } from '~/state/resource';
import { Reading } from '~/ui/Reading';
import { W } from './words';

/** Stored intervals are minutes long; asking more often finds nothing new. */
const EVERY_MS = 60_000;

const ROWS = [
  { key: 'import', quantity: 'active_energy_import', register: 'total' },
  { key: 'export', quantity: 'active_energy_export', register: 'total' },
  { key: 't1', quantity: 'active_energy_import', register: 't1' },
  { key: 't2', quantity: 'active_energy_import', register: 't2' },
] as const;

function label(key: (typeof ROWS)[number]['key']) {
  switch (key) {
    case 'import': return <span class="is-import">{t(Common.import)}</span>;
    case 'export': return <span class="is-export">{t(Common.export)}</span>;
    case 't1': return t(Common.tariff, { n: 1 });
    case 't2': return t(Common.tariff, { n: 2 });
  }
}

export function Today() {
  const { meter, scope } = chosen.value;
  const columns = useColumns();
  // Tariffs are counted for the whole meter; a single-phase load has none of its own, and no such point.
  const paths = ROWS.map(({ quantity, register }) => {
    const point = `${quantity}.${register}.${scope}`;
    return { point, column: findColumn(columns.value?.columns, meter, point, 'delta')?.path };
  });
  const wanted = paths.flatMap(({ column }) => (column ? [column] : []));
  const now = image.value ? Date.parse(image.value.time) : null;
  const day = now === null ? '' : moment(now, 'day');
  const history = useResource(`today ${day} ${wanted.join()}`, (signal) => {
    const { from } = spanOf('today', now ?? Date.now());
    const query = { from: new Date(from).toISOString(), to: new Date(now ?? Date.now()).toISOString(), columns: wanted };
    return api.history({ ...query, step: 'auto' }, signal);
  }, { when: wanted.length > 0 && day !== '', everyMs: EVERY_MS });

  const stored = wanted.length > 0;
  const value = (row: number): Live => {
    const { point, column } = paths[row] ?? {};
    if (!stored && !columns.loading) return reading(meter, point ?? '');
    const sum = total(history.value, column);
    const waits = columns.loading || (history.value === null && history.loading);
    return { value: sum, quality: waits ? 'unknown' : 'no_signal', age_s: null };
  };
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{stored || columns.loading ? t(W.today) : t(W.registers)}</h2>
        <span class="small dim">{stored ? t(W.since_start) : ''}</span>
      </div>
      <div class={stored ? 'home-today' : 'home-today home-standings'}>
        {ROWS.map(({ key, quantity }, row) => (stored ? paths[row]?.column : pointIndex(paths[row]?.point ?? '') !== undefined) && (
          <div key={key}>
            <span>{label(key)}</span>
            <Reading live={value(row)} quantity={quantity} />
          </div>
        ))}
      </div>
      {!stored && !columns.loading && <p class="small dim">{t(W.no_history)}</p>}
    </section>
  );
}
