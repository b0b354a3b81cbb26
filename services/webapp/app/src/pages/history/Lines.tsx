// The course of quantities: one chart for each unit, one cursor for all. Zooming fetches finer steps.

import { useMemo, useState } from 'preact/hooks';
import type { HistoryColumnInfo } from '~/api/types';
import { language, t } from '~/i18n';
import { pointName } from '~/i18n/quantities';
import { spanBefore, type Span } from '~/i18n/ranges';
import { findColumn } from '~/state/columns';
import { nameOfMeter } from '~/state/meter';
import { Chart } from '~/ui/chart/Chart';
import type { ChartLine, Range } from '~/ui/chart/model';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';
import { Empty, Loaded } from '~/ui/states';
import { formatOf, showText } from '~/ui/value';
import { Choices } from './Controls';
import { Footer } from './Footer';
import type { Selection } from './selection';
import { overlay, statistics, type Course } from './series';
import { useHistory } from './useHistory';
import { W } from './words';

/** More lines than this cannot be told apart. */
const LINES_MAX = 10;
/** Lines of several meters, or of several quantities of the whole system, are told apart by these. */
const SERIES_COLOURS = ['--ink', '--s2', '--s3', '--s4', '--s5', '--s6'];
/** Marks the columns of the period before. */
const BEFORE = ' before';
const SERIES_DASHES = [[], [8, 4], [3, 3], [10, 3, 3, 3], [14, 5], [2, 5]];

interface Wanted {
  meter: string;
  point: string;
  main: HistoryColumnInfo;
  low?: HistoryColumnInfo;
  high?: HistoryColumnInfo;
}

function wantedLines({ meters, points }: Selection, columns: readonly HistoryColumnInfo[]): Wanted[] {
  return points.flatMap((point) => meters.flatMap((meter) => {
    const main = findColumn(columns, meter, point, 'mean') ?? findColumn(columns, meter, point, 'delta');
    if (!main) return [];
    const mean = main.aggregate === 'mean';
    return [{
      meter, point, main,
      low: mean ? findColumn(columns, meter, point, 'min') : undefined,
      high: mean ? findColumn(columns, meter, point, 'max') : undefined,
    }];
  }));
}

export function Lines({ selection, columns }: { selection: Selection; columns: readonly HistoryColumnInfo[] }) {
  const [zoom, setZoom] = useState<Span | null>(null);
  const all = wantedLines(selection, columns);
  const wanted = all.slice(0, LINES_MAX);
  const asked = wanted.flatMap(({ main, low, high }) => [main, low, high].filter((column) => column !== undefined));
  const span = zoom ?? selection.span;
  const history = useHistory(span, asked);
  const before = spanBefore(selection.span);
  const shift = selection.span.from - before.from;
  const compared = useHistory(selection.compare ? { from: span.from - shift, to: span.to - shift } : null, wanted.map(({ main }) => main), 'auto', shift / 1000);
  return (
    <>
      <section class="panel"><Choices selection={selection} columns={columns} /></section>
      <section class="panel stack">
        {wanted.length === 0 && <Empty text={t(W.choose)} />}
        {all.length > LINES_MAX && <p class="notice notice-warning">{t(W.too_many, { n: LINES_MAX })}</p>}
        {wanted.length > 0 && (
          <Loaded resource={history} height={320}>
            {(known) => (
              <Charts
                course={known} compared={selection.compare ? compared.value : null} wanted={wanted}
                whole={selection.span} onZoom={setZoom}
              />
            )}
          </Loaded>
        )}
        {history.value && <Footer course={history.value} span={span} columns={asked} />}
      </section>
    </>
  );
}

interface ChartsProps {
  course: Course;
  compared: Course | null;
  wanted: readonly Wanted[];
  whole: Span;
  onZoom: (span: Span | null) => void;
}

function Charts({ course, compared, wanted, whole, onZoom }: ChartsProps) {
  const shape = wanted.map(({ main }) => main.path).join();
  const { x, lines } = useMemo(() => build(course, compared, wanted), [course, compared, shape, language.value]);
  if (x.length === 0) return <Empty text={t(W.nothing_here)} />;
  const range: Range = [whole.from / 1000, whole.to / 1000];
  const show = (seen: Range | null) => onZoom(seen && { from: Math.round(seen[0] * 1000), to: Math.round(seen[1] * 1000) });
  const units = [...new Set(lines.map((line) => line.format.unit))];
  return (
    <>
      {units.map((unit) => {
        const own = lines.filter((line) => line.format.unit === unit);
        return (
          <Chart
            key={unit} title={[...new Set(wanted.filter(({ main }) => main.unit === unit).map(({ point }) => pointName(point)))].join(', ')}
            summary={own.map(summaryOf).filter(Boolean).join('. ')} x={x} lines={own} range={range} height={units.length > 1 ? 220 : 340}
            sync="history" level={2} onRange={show}
          />
        );
      })}
    </>
  );
}

function build(course: Course, compared: Course | null, wanted: readonly Wanted[]): { x: number[]; lines: ChartLine[] } {
  const both = compared ? overlay(course, compared, BEFORE) : course;
  const valuesOf = (path: string) => both.values.get(path) ?? [];
  const meters = [...new Set(wanted.map(({ meter }) => meter))];
  const several = meters.length > 1;
  const lines = wanted.flatMap(({ meter, point, main, low, high }, index) => {
    const scope = point.split('.').at(-1) ?? 'system';
    const bySeries = scope === 'system' || several;
    const place = several ? meters.indexOf(meter) : wanted.slice(0, index).filter((other) => other.main.unit === main.unit).length;
    const line: ChartLine = {
      key: main.path,
      label: several ? `${nameOfMeter(meter)} · ${pointName(point)}` : pointName(point),
      format: formatOf(point.split('.')[0] ?? ''),
      colour: bySeries ? (SERIES_COLOURS[place % SERIES_COLOURS.length] ?? '--ink') : phaseColour(scope),
      dash: bySeries ? SERIES_DASHES[place % SERIES_DASHES.length] : PHASE_DASH[scope],
      kind: main.aggregate === 'delta' ? 'bars' : 'line',
      values: valuesOf(main.path),
      band: low && high && banded(course, main.path, low.path) ? { low: valuesOf(low.path), high: valuesOf(high.path) } : undefined,
    };
    if (!compared) return [line];
    const old: ChartLine = {
      ...line, key: line.key + BEFORE, label: `${line.label} (${t(W.before)})`, colour: '--line-strong', dash: [2, 3],
      kind: line.kind === 'bars' ? 'steps' : 'line', values: valuesOf(main.path + BEFORE), band: undefined,
    };
    return [line, old];
  });
  return { x: both.x, lines };
}

/** Least and largest are kept for longer steps; a band of them belongs to means of the same step only. */
function banded({ answers }: Course, mean: string, low: string): boolean {
  const stepOfPath = (path: string) => answers.find(({ columns }) => columns.some((column) => column.path === path))?.step_s;
  return stepOfPath(mean) === stepOfPath(low);
}

function summaryOf(line: ChartLine): string {
  const found = statistics(line.values);
  if (!found) return '';
  const text = (value: number) => showText(value, line.format);
  if (line.kind === 'bars' || line.kind === 'steps') return t(W.sum_summary, { name: line.label, sum: text(found.sum) });
  return t(W.line_summary, { name: line.label, min: text(found.min), max: text(found.max), mean: text(found.mean) });
}
