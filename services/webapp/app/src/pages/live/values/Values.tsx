// Every value of a meter, by phase and for the whole, with the quality of each and the age of all.

import type { Scope } from '~/api/types';
import { t, words } from '~/i18n';
import { codeText } from '~/i18n/codes';
import { duration, moment, offset } from '~/i18n/format';
import { qualityName } from '~/i18n/qualities';
import { scopeName } from '~/i18n/quantities';
import { catalog } from '~/state/catalog';
import { liveMeter, reading, silence } from '~/state/live';
import { chosen, nameOfMeter } from '~/state/meter';
import { PhaseMark } from '~/ui/Phase';
import { QualityDot, Reading } from '~/ui/Reading';
import { Table } from '~/ui/Table';
import { sections, type Section, type ValueRow } from './rows';

const W = words({
  phases: ['Measured in each window', 'Misurati in ogni finestra', 'Mesurées à chaque fenêtre', 'In jedem Fenster gemessen'],
  pairs: ['Between phases', 'Tra le fasi', 'Entre phases', 'Zwischen den Phasen'],
  demand: ['Demand', 'Domanda', 'Moyennes', 'Mittelwerte'],
  energy: ['Energy', 'Energia', 'Énergie', 'Energie'],
  hours: ['Hours', 'Ore', 'Heures', 'Stunden'],
  quantity: ['Quantity', 'Grandezza', 'Grandeur', 'Messgröße'],
  window: ['Window of {time} ({offset})', 'Finestra delle {time} ({offset})', 'Fenêtre de {time} ({offset})', 'Fenster von {time} ({offset})'],
  age: ['age {age}', 'età {age}', 'âge {age}', 'Alter {age}'],
  remark: ['with a remark', 'con osservazione', 'avec remarque', 'mit Vermerk'],
  none: ['no value', 'senza valore', 'sans valeur', 'ohne Wert'],
  fault: ['fault', 'guasto', 'défaut', 'Fehler'],
});

export function Values() {
  const { meter } = chosen.value;
  const known = catalog.value;
  if (!known) return null;
  return (
    <>
      <div class="row row-spread">
        <h2>{nameOfMeter(meter)}</h2>
        <Age meter={meter} />
      </div>
      {sections(known).map((section) => (
        <section key={section.key} class="panel values-table"><SectionTable section={section} meter={meter} /></section>
      ))}
      <Legend />
    </>
  );
}

/** All values of a meter are of one window and have one age. */
function Age({ meter }: { meter: string }) {
  const time = liveMeter(meter)?.time;
  if (!time) return null;
  const live = reading(meter, 'frequency.system');
  const age = silence.value ?? live.age_s;
  return (
    <span class={age === null ? 'small dim' : 'small is-alarm'}>
      {t(W.window, { time: moment(time, 'time'), offset: offset(time) })}
      {age !== null && ` · ${t(W.age, { age: duration(age) })}`}
    </span>
  );
}

function SectionTable({ section, meter }: { section: Section; meter: string }) {
  return (
    <Table
      caption={t(W[section.key])} dense rows={section.rows} rowKey={(row) => row.key}
      columns={[
        { key: 'name', head: t(W.quantity), isHead: true, cell: (row) => <span title={row.quantity.doc}>{row.name}</span> },
        ...section.columns.map((scope) => ({
          key: scope,
          head: scope === 'system' ? scopeName(scope) : <PhaseMark scope={scope} label={scopeName(scope)} />,
          numeric: true,
          cell: (row: ValueRow) => <Cell row={row} scope={scope} meter={meter} />,
        })),
      ]}
    />
  );
}

function Cell({ row, scope, meter }: { row: ValueRow; scope: Scope; meter: string }) {
  const path = row.paths[scope];
  if (!path) return null;
  const live = reading(meter, path);
  const code = live.value === null ? null : codeText(row.quantity.slug, live.value);
  return (
    <span class="values-cell">
      {code === null
        ? <Reading live={live} quantity={row.quantity.slug} hideAge />
        : <span class="values-code">{code}</span>}
      <QualityDot live={live} />
    </span>
  );
}

function Legend() {
  return (
    <div class="live-legend">
      <span><i class="quality" />{qualityName('good')}</span>
      <span><i class="quality quality-remark" />{t(W.remark)}</span>
      <span><i class="quality quality-none" />{t(W.none)}</span>
      <span><i class="quality quality-alarm" />{t(W.fault)}</span>
    </div>
  );
}
