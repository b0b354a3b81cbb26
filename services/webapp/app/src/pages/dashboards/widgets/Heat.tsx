// Days by hours of one quantity, as heat; below zero with the hue of export.

import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment, wallParts } from '~/i18n/format';
import { Empty, Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { useWidth } from '~/ui/useWidth';
import { formatOf, showText, type Format } from '~/ui/value';
import { W } from '../words';
import { Missing } from './Courses';
import type { WidgetProps } from './Now';
import { useStored, type Stored } from './useStored';

const LEFT = 66;
const TOP = 16;
const ROW_MIN = 7;
const ROW_MAX = 18;
const FOOT_PX = 96;

interface Day {
  ms: number;
  hours: (number | null)[];
}

function daysOf({ history: { start_ms, values } }: Stored): Day[] {
  const found = new Map<string, Day>();
  start_ms.forEach((ms, row) => {
    const { year, month, day, hour } = wallParts(ms);
    const key = `${year}-${month}-${day}`;
    const known = found.get(key) ?? { ms, hours: Array<number | null>(24).fill(null) };
    known.hours[hour] = values[0]?.[row] ?? null;
    found.set(key, known);
  });
  return [...found.values()];
}

export function HeatWidget({ options, meter, title, height }: WidgetProps) {
  const points = options.points.slice(0, 1);
  const { stored, missing } = useStored({ meter, points, aggregate: 'mean', range: options.range, step: () => '1h' });
  if (missing) return <Missing title={title} point={missing} />;
  const format = formatOf((points[0] ?? '').split('.')[0] ?? '');
  return (
    <>
      <h3>{title}</h3>
      <Loaded resource={stored} height={Math.max(80, height - 40)}>
        {(known) => {
          const days = daysOf(known);
          return days.length === 0 ? <Empty text={t(W.nothing_stored)} /> : <Picture days={days} title={title} format={format} height={height} />;
        }}
      </Loaded>
    </>
  );
}

function fill(value: number | null, largest: number): string {
  if (value === null) return 'transparent';
  const percent = Math.round((100 * Math.abs(value)) / largest);
  return `color-mix(in oklab, var(${value < 0 ? '--export' : '--heat-1'}) ${percent}%, var(--heat-0))`;
}

function Picture({ days, title, format, height }: { days: Day[]; title: string; format: Format; height: number }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const largest = days.flatMap(({ hours }) => hours).reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 1e-9);
  const cell = Math.max(0, (width - LEFT) / 24);
  const row = Math.min(ROW_MAX, Math.max(ROW_MIN, (height - FOOT_PX) / days.length));
  /** Names of days that do not touch. */
  const every = Math.ceil(13 / row);
  return (
    <div ref={box} class="widget-heat">
      <svg width={width} height={TOP + row * days.length} role="img" aria-label={title}>
        {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => <text key={hour} x={LEFT + hour * cell} y="11" class="gauge-text heat-word">{hour}</text>)}
        {days.map((day, place) => (
          <g key={day.ms}>
            {place % every === 0 && <text x="0" y={TOP + row * place + Math.min(11, row)} class="gauge-text heat-word">{moment(day.ms, 'weekday')}</text>}
            {day.hours.map((value, hour) => (
              <rect
                key={hour} x={LEFT + hour * cell} y={TOP + row * place} width={Math.max(0, cell - 1)} height={row - 1}
                style={{ fill: fill(value, largest) }}
              >
                <title>{`${moment(day.ms, 'weekday')} ${hour}:00 · ${showText(value, format)}`}</title>
              </rect>
            ))}
          </g>
        ))}
      </svg>
      <p class="small dim">0 … {showText(largest, format)}</p>
      <details>
        <summary class="small">{t(Common.table)}</summary>
        <Table
          caption={title} hideCaption dense tall rows={days} rowKey={({ ms }) => ms}
          columns={[
            { key: 'day', head: t(W.day), isHead: true, cell: ({ ms }) => moment(ms, 'weekday') },
            ...Array.from({ length: 24 }, (_, hour) => ({
              key: String(hour), head: String(hour), numeric: true, cell: ({ hours }: Day) => showText(hours[hour] ?? null, format),
            })),
          ]}
        />
      </details>
    </div>
  );
}
