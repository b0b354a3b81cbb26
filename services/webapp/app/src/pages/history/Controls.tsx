// Range and choices. Words first, then dates.

import type { ComponentChildren } from 'preact';
import type { HistoryColumnInfo } from '~/api/types';
import { t } from '~/i18n';
import { offset } from '~/i18n/format';
import { pointName } from '~/i18n/quantities';
import { RANGE_NAMES, spanBefore, spanText, type RangeName } from '~/i18n/ranges';
import { setParameters } from '~/router';
import { nameOfMeter } from '~/state/meter';
import { Button } from '~/ui/Button';
import { CheckField, SelectField, TextField } from '~/ui/Field';
import { chooseDates, chooseRange, chooseSpan, dateText, type Selection } from './selection';
import { W } from './words';

type RangeKey = RangeName | 'dates';

export function RangeControls({ selection, children }: { selection: Selection; children?: ComponentChildren }) {
  const { range, span } = selection;
  const names = Object.keys(RANGE_NAMES) as RangeName[];
  const after = { from: span.to, to: span.to + (span.to - span.from) };
  return (
    <div class="history-range">
      <SelectField<RangeKey>
        label={t(W.range)} value={range ?? 'dates'}
        options={[...names.map((key) => ({ key, name: t(RANGE_NAMES[key]) })), { key: 'dates', name: t(W.custom) }]}
        onChange={(key) => (key === 'dates' ? chooseSpan(span) : chooseRange(key))}
      />
      {range === null && (
        <>
          <TextField label={t(W.from)} type="date" value={dateText(span.from)} onInput={(from) => from && chooseDates(from, dateText(span.to - 1))} />
          <TextField label={t(W.to)} type="date" value={dateText(span.to - 1)} onInput={(to) => to && chooseDates(dateText(span.from), to)} />
        </>
      )}
      {range !== 'last_hour' && (
        <>
          <Button onClick={() => chooseSpan(spanBefore(span))} label={t(W.earlier)} title={t(W.earlier)}>‹</Button>
          <Button onClick={() => chooseSpan(after)} label={t(W.later)} title={t(W.later)}>›</Button>
        </>
      )}
      {children}
      <p class="history-span small dim">{spanText(span)} ({offset(span.from)})</p>
    </div>
  );
}

interface ChoicesProps {
  selection: Selection;
  columns: readonly HistoryColumnInfo[];
}

/** Meters and quantities that the store keeps. */
export function Choices({ selection, columns }: ChoicesProps) {
  const meters = [...new Set(columns.map((column) => column.meter))];
  const points = [...new Set(columns.filter((column) => column.aggregate === 'mean' || column.aggregate === 'delta').map((column) => column.point))];
  return (
    <div class="history-choose">
      <CheckGroup
        label={t(W.quantities)} keys={points} name={pointName} chosen={selection.points}
        onChange={(keys) => setParameters({ points: keys.join(',') })}
      />
      {meters.length > 1 && (
        <CheckGroup
          label={t(W.meters)} keys={meters} name={nameOfMeter} chosen={selection.meters}
          onChange={(keys) => setParameters({ meters: keys.join(',') })}
        />
      )}
      <CheckField
        label={t(W.compare)} checked={selection.compare}
        onChange={(on) => setParameters({ compare: on ? '1' : null })}
      />
    </div>
  );
}

interface GroupProps {
  label: string;
  keys: readonly string[];
  name: (key: string) => string;
  chosen: readonly string[];
  onChange: (keys: string[]) => void;
}

function CheckGroup({ label, keys, name, chosen, onChange }: GroupProps) {
  const names = chosen.filter((key) => keys.includes(key)).map(name);
  return (
    <details>
      <summary>{label}: {names.slice(0, 3).join(', ')}{names.length > 3 && ` +${names.length - 3}`}</summary>
      <div class="history-choices" role="group" aria-label={label}>
        {keys.map((key) => (
          <CheckField
            key={key} label={name(key)} checked={chosen.includes(key)}
            onChange={(on) => onChange(on ? [...chosen, key] : chosen.filter((other) => other !== key))}
          />
        ))}
      </div>
    </details>
  );
}
