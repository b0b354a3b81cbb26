// Widgets of the store: lines of means and bars of energies.

import { useMemo } from 'preact/hooks';
import type { History } from '~/api/types';
import { language, t } from '~/i18n';
import { pointName } from '~/i18n/quantities';
import { Chart } from '~/ui/chart/Chart';
import type { ChartLine, Numbers } from '~/ui/chart/model';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';
import { Empty, Loaded } from '~/ui/states';
import { formatOf, showText } from '~/ui/value';
import { W } from '../words';
import type { WidgetProps } from './Now';
import { barStep, useStored, type Stored } from './useStored';

/** Head, legend and sentence of a chart. */
const CHROME_PX = 128;
const DASHES = [[], [9, 4], [3, 3], [9, 3, 3, 3], [1, 4], [14, 4]];

export function LinesWidget(props: WidgetProps) {
  const { options: { points, range }, meter } = props;
  const { stored, missing } = useStored({ meter, points, aggregate: 'mean', range, step: () => 'auto' });
  if (missing) return <Missing title={props.title} point={missing} />;
  return <Loaded resource={stored} height={props.height}>{(known) => <Course {...props} known={known} kind="line" />}</Loaded>;
}

export function BarsWidget(props: WidgetProps) {
  const { options: { points, range }, meter } = props;
  const { stored, missing } = useStored({ meter, points, aggregate: 'delta', range, step: barStep });
  if (missing) return <Missing title={props.title} point={missing} />;
  return <Loaded resource={stored} height={props.height}>{(known) => <Course {...props} known={known} kind="bars" />}</Loaded>;
}

export function Missing({ title, point }: { title: string; point: string }) {
  return <><h3>{title}</h3><Empty text={t(W.not_kept, { what: pointName(point) })} /></>;
}

function Course({ known, kind, title, height }: WidgetProps & { known: Stored; kind: 'line' | 'bars' }) {
  const { history, span } = known;
  const { x, lines } = useMemo(() => build(history, kind), [history, kind, language.value]);
  if (x.length === 0) return <><h3>{title}</h3><Empty text={t(W.nothing_stored)} /></>;
  return (
    <Chart
      title={title} summary={lines.map((line) => summary(line, kind)).join('; ')} x={x} lines={lines}
      range={[span.from / 1000, span.to / 1000]} height={Math.max(110, height - CHROME_PX)}
    />
  );
}

function summary({ label, values, format }: ChartLine, kind: 'line' | 'bars'): string {
  const found = values.filter((value): value is number => typeof value === 'number');
  if (kind === 'bars') return t(W.sum, { name: label, sum: showText(found.reduce((sum, value) => sum + Math.abs(value), 0), format) });
  const [min, max] = [found.reduce((a, b) => Math.min(a, b), Infinity), found.reduce((a, b) => Math.max(a, b), -Infinity)];
  return t(W.summary, { name: label, min: showText(Number.isFinite(min) ? min : null, format), max: showText(Number.isFinite(max) ? max : null, format) });
}

/** A row that begins after the end of the row before it follows a hole, and a hole is a gap. */
function build(history: History, kind: 'line' | 'bars'): { x: number[]; lines: ChartLine[] } {
  const x: number[] = [];
  const values: Numbers[] = history.columns.map(() => []);
  history.start_ms.forEach((start, row) => {
    const end = history.end_ms[row - 1];
    if (end !== undefined && start > end) {
      x.push(end / 1000);
      for (const column of values) column.push(null);
    }
    x.push(start / 1000);
    values.forEach((column, place) => column.push(history.values[place]?.[row] ?? null));
  });
  const scopes = history.columns.map(({ point }) => point.split('.').at(-1) ?? 'system');
  const distinct = new Set(scopes).size === scopes.length;
  const lines = history.columns.map(({ path, point }, place): ChartLine => {
    const scope = scopes[place] ?? 'system';
    const flow = /_export\b/.test(point) ? '--export' : '--import';
    // What is given to the grid hangs beneath the axis.
    const down = kind === 'bars' && flow === '--export';
    const column = values[place] ?? [];
    return {
      key: path, label: pointName(point), format: formatOf(point.split('.')[0] ?? ''), kind,
      colour: kind === 'bars' && scope === 'system' ? flow : phaseColour(scope),
      dash: distinct ? PHASE_DASH[scope] : DASHES[place % DASHES.length],
      values: down ? column.map((value) => (value === null ? null : -value)) : column,
    };
  });
  return { x, lines };
}
