// Days by hours: mean power as heat; what was given to the grid has the hue of export.

import type { HistoryColumnInfo } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment, wallParts } from '~/i18n/format';
import { pointName } from '~/i18n/quantities';
import { findColumn } from '~/state/columns';
import { chosen } from '~/state/meter';
import { Empty, Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { useWidth } from '~/ui/useWidth';
import { formatOf, showText } from '~/ui/value';
import { Footer } from './Footer';
import { dateText, type Selection } from './selection';
import type { Course } from './series';
import { useHistory } from './useHistory';
import { W } from './words';

interface Day {
  key: string;
  ms: number;
  /** By hour of the clock on the wall; the hour that a change of the clock repeats keeps its last. */
  hours: (number | null)[];
}

const CELL_PX = 18;
const LEFT = 76;
const TOP = 18;

function days({ x, values }: Course): Day[] {
  const found = new Map<string, Day>();
  const [column = []] = values.values();
  x.forEach((at, row) => {
    const ms = at * 1000;
    const key = dateText(ms);
    const day = found.get(key) ?? { key, ms, hours: Array<number | null>(24).fill(null) };
    day.hours[wallParts(ms).hour] = column[row] ?? null;
    found.set(key, day);
  });
  return [...found.values()];
}

export function HeatMap({ selection, columns }: { selection: Selection; columns: readonly HistoryColumnInfo[] }) {
  const { meter, scope } = chosen.value;
  const point = `active_power.${scope}`;
  const column = findColumn(columns, meter, point, 'mean');
  const history = useHistory(column ? selection.span : null, column ? [column] : [], '1h');
  if (!column) return <section class="panel"><Empty text={t(W.not_kept, { what: pointName(point) })} /></section>;
  return (
    <section class="panel stack">
      <h2>{t(W.heat_title)}</h2>
      <Loaded resource={history} height={400}>{(known) => <HeatGrid course={known} />}</Loaded>
      {history.value && <Footer course={history.value} span={selection.span} columns={[column]} step="1h" />}
    </section>
  );
}

function fill(value: number | null, largest: number): string {
  if (value === null) return 'transparent';
  const percent = Math.round((100 * Math.abs(value)) / largest);
  return `color-mix(in oklab, var(${value < 0 ? '--export' : '--heat-1'}) ${percent}%, var(--heat-0))`;
}

function HeatGrid({ course }: { course: Course }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const rows = days(course);
  if (rows.length === 0) return <Empty text={t(W.nothing_here)} />;
  const largest = Math.max(1, ...rows.flatMap((day) => day.hours.map((value) => Math.abs(value ?? 0))));
  const gives = rows.some((day) => day.hours.some((value) => (value ?? 0) < 0));
  const format = formatOf('active_power');
  const cell = (Math.min(width, 900) - LEFT) / 24;
  return (
    <>
      <div ref={box} class="heat">
        <svg width={Math.min(width, 900)} height={TOP + rows.length * CELL_PX} role="img" aria-label={t(W.heat_title)}>
          {Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour % 3 === 0).map((hour) => (
            <text key={hour} x={LEFT + hour * cell} y="12" class="heat-text">{hour}</text>
          ))}
          {rows.map((day, place) => (
            <g key={day.key}>
              <text x="0" y={TOP + place * CELL_PX + 13} class="heat-text">{moment(day.ms, 'weekday')}</text>
              {day.hours.map((value, hour) => (
                <rect
                  key={hour} x={LEFT + hour * cell} y={TOP + place * CELL_PX} width={Math.max(0, cell - 1)} height={CELL_PX - 1}
                  style={{ fill: fill(value, largest) }}
                >
                  <title>{`${moment(day.ms, 'weekday')} ${hour}:00 · ${showText(value, format)}`}</title>
                </rect>
              ))}
            </g>
          ))}
        </svg>
      </div>
      <div class="heat-scale">
        {gives && <><span class="is-export">{showText(-largest, format)}</span><Ramp sign={-1} /></>}
        <span>{showText(0, format)}</span>
        <Ramp sign={1} />
        <span class="is-import">{showText(largest, format)}</span>
      </div>
      <details>
        <summary>{t(Common.table)}</summary>
        <Table
          caption={t(W.heat_title)} hideCaption dense tall rows={rows} rowKey={(day) => day.key}
          columns={[
            { key: 'day', head: t(W.day), isHead: true, cell: (day) => moment(day.ms, 'weekday') },
            ...Array.from({ length: 24 }, (_, hour) => ({
              key: String(hour), head: String(hour), numeric: true, cell: (day: Day) => showText(day.hours[hour] ?? null, format),
            })),
          ]}
        />
      </details>
    </>
  );
}

/** From nothing to the largest; what is given runs the other way. */
function Ramp({ sign }: { sign: 1 | -1 }) {
  return (
    <svg class="heat-ramp" viewBox="0 0 10 1" preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: 10 }, (_, step) => (
        <rect key={step} x={step} width="1" height="1" style={{ fill: fill(sign > 0 ? step + 1 : step - 10, 10) }} />
      ))}
    </svg>
  );
}
