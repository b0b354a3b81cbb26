// How the circuits are isolated from each other, from `GET /device`.

import type { Isolation } from '~/api/types';
import { t, tSlug, words, type Words } from '~/i18n';
import { Table } from '~/ui/Table';

const W = words({
  title: ['Isolation of the circuits', 'Isolamento dei circuiti', 'Isolation des circuits', 'Isolation der Kreise'],
  between: ['Between', 'Tra', 'Entre', 'Zwischen'],
  kind: ['Isolation', 'Isolamento', 'Isolation', 'Isolation'],
});

const CIRCUITS: Record<string, Words> = words({
  esy: ['ESY bus', 'bus ESY', 'bus ESY', 'ESY-Bus'],
  measuring: ['measuring inputs', 'ingressi di misura', 'entrées de mesure', 'Messeingänge'],
  digital_input: ['digital input', 'ingresso digitale', 'entrée numérique', 'Digitaleingang'],
  digital_output: ['digital output', 'uscita digitale', 'sortie numérique', 'Digitalausgang'],
  rs485: ['RS485', 'RS485', 'RS485', 'RS485'],
});

const KINDS: Record<string, Words> = words({
  none: ['none', 'nessuno', 'aucune', 'keine'],
  basic: ['basic', 'principale', 'principale', 'Basisisolierung'],
  'double or reinforced': ['double or reinforced', 'doppio o rinforzato', 'double ou renforcée', 'doppelt oder verstärkt'],
  unstated: ['not stated', 'non dichiarato', 'non indiquée', 'nicht angegeben'],
  'never together': ['never together', 'mai insieme', 'jamais ensemble', 'nie zusammen'],
});

export function IsolationTable({ rows }: { rows: readonly Isolation[] }) {
  return (
    <Table
      caption={t(W.title)} dense rows={rows} rowKey={({ a, b }) => `${a} ${b}`}
      columns={[
        { key: 'between', head: t(W.between), isHead: true, cell: ({ a, b }) => `${tSlug(CIRCUITS, a)} – ${tSlug(CIRCUITS, b)}` },
        { key: 'kind', head: t(W.kind), cell: ({ kind }) => tSlug(KINDS, kind) },
      ]}
    />
  );
}
