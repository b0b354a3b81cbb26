// A chart and its two twins: a sentence and a table. Pan and zoom by drag, wheel, fingers and keys; a double
// click resets. It is drawn when it is given something new, and by nothing else.

import 'uplot/dist/uPlot.min.css';
import './Chart.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment, number } from '~/i18n/format';
import { colourEpoch } from '~/state/preferences';
import { Button } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Table, type Column } from '~/ui/Table';
import { digitsWidth, showText, unitWidth } from '~/ui/value';
import { bindGestures } from './gestures';
import type { Background, ChartLine, Range, XKind } from './model';
import { plotData, plotOptions } from './plot';

const W = words({
  keys: [
    'Arrows move the cursor, with Shift the range; plus and minus zoom, 0 resets.',
    "Le frecce muovono il cursore, con Maiusc l'intervallo; più e meno ingrandiscono, 0 ripristina.",
    "Les flèches déplacent le curseur, avec Maj la plage ; plus et moins zooment, 0 réinitialise.",
    'Pfeile bewegen den Cursor, mit Umschalt den Bereich; Plus und Minus zoomen, 0 setzt zurück.'],
  reset: ['Reset the zoom', 'Ripristina lo zoom', 'Réinitialiser le zoom', 'Zoom zurücksetzen'],
});

/** A table of thousands of rows helps nobody; the files have them all. */
const TABLE_ROWS_MAX = 600;

export interface ChartProps {
  title: string;
  /** One sentence that says what the picture shows. */
  summary: string;
  x: readonly number[];
  xKind?: XKind;
  xLabel?: string;
  xFormat?: (x: number) => string;
  lines: readonly ChartLine[];
  /** The whole range; the first and last x if left out. */
  range?: Range;
  height?: number;
  /** Charts of one key share their cursor. */
  sync?: string;
  backgrounds?: readonly Background[];
  marks?: readonly number[];
  logarithmic?: boolean;
  /** Told when the visible range has come to rest, so that finer steps can be fetched; null: reset. */
  onRange?: (range: Range | null) => void;
  onPick?: (x: number) => void;
  actions?: ComponentChildren;
  /** Order of its heading on the page. */
  level?: 2 | 3;
}

/** How long the range must rest before it is told. */
const REST_MS = 300;

export function Chart(props: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const Heading = props.level === 2 ? 'h2' : 'h3';
  return (
    <figure class="chart" aria-labelledby={`${id}-title`}>
      <div class="chart-head">
        <Heading id={`${id}-title`}>{props.title}</Heading>
        <div class="row">
          {props.actions}
          <Button kind="quiet" pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Icon name="table" size={18} />{t(Common.table)}
          </Button>
        </div>
      </div>
      {asTable ? <TableTwin {...props} /> : <Picture {...props} id={id} />}
      <figcaption class="chart-summary" id={`${id}-summary`}>{props.summary}</figcaption>
    </figure>
  );
}

function formatX(props: ChartProps, x: number): string {
  if (props.xFormat) return props.xFormat(x);
  return (props.xKind ?? 'time') === 'time' ? moment(x * 1000, 'full') : number(x, 2);
}

function TableTwin(props: ChartProps) {
  const columns: Column<number>[] = [
    { key: 'x', head: props.xLabel ?? t(Common.time), isHead: true, cell: (row) => formatX(props, props.x[row] ?? 0) },
    ...props.lines.map((line) => ({
      key: line.key,
      head: line.label,
      numeric: true,
      cell: (row: number) => showText(line.values[row] ?? null, line.format),
    })),
  ];
  const rows = props.x.slice(0, TABLE_ROWS_MAX).map((_, index) => index);
  return <Table caption={props.title} hideCaption columns={columns} rows={rows} rowKey={(row) => row} dense tall />;
}

function Picture(props: ChartProps & { id: string }) {
  const { id, x, lines, height = 260 } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const whole: Range = props.range ?? [x[0] ?? 0, x.at(-1) ?? 1];
  const latest = useRef({ props, whole, view: whole });
  latest.current.props = props;
  const rest = useRef<number>();

  const show = (view: Range, tell = true) => {
    latest.current.view = view;
    plot.current?.setScale('x', { min: view[0], max: view[1] });
    setZoomed(view !== latest.current.whole);
    if (!tell) return;
    clearTimeout(rest.current);
    rest.current = window.setTimeout(() => latest.current.props.onRange?.(view), REST_MS);
  };
  const reset = () => {
    clearTimeout(rest.current);
    show(latest.current.whole, false);
    latest.current.props.onRange?.(null);
  };

  // What lines there are decides the plot; their values are data and change without a new one.
  const shape = JSON.stringify([
    lines.map(({ key, label, colour, dash, kind, axis, band, format }) => [key, label, colour, dash, kind, axis, !!band, format.unit]),
    props.xKind, props.xLabel, props.logarithmic, props.sync, height,
  ]);
  useLayoutEffect(() => {
    const root = box.current;
    if (!root) return;
    const made = new uPlot(plotOptions({
      lines, xKind: props.xKind ?? 'time', xLabel: props.xLabel, view: latest.current.view, sync: props.sync,
      logarithmic: props.logarithmic, onCursor: setCursor,
      backgrounds: () => latest.current.props.backgrounds ?? [],
      marks: () => latest.current.props.marks ?? [],
    }, root.clientWidth || 300, height), plotData(x, lines), root);
    plot.current = made;
    const unbind = bindGestures(made, root, {
      view: () => latest.current.view, show, reset,
      click: (at) => latest.current.props.onPick?.(at),
    });
    const observer = new ResizeObserver(() => made.setSize({ width: root.clientWidth || 300, height }));
    observer.observe(root);
    return () => {
      observer.disconnect();
      unbind();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    latest.current.whole = whole;
    show(whole, false);
  }, [whole[0], whole[1]]);
  useEffect(() => {
    const { view } = latest.current;
    plot.current?.batch(() => {
      plot.current?.setData(plotData(x, lines));
      plot.current?.setScale('x', { min: view[0], max: view[1] });
    });
  }, [x, lines]);
  const epoch = colourEpoch.value;
  useEffect(() => plot.current?.redraw(), [epoch, props.backgrounds, props.marks]);
  useEffect(() => () => clearTimeout(rest.current), []);

  return (
    <>
      <div
        ref={box} class="chart-box" tabIndex={0} role="group" style={{ minHeight: `${height}px` }}
        aria-label={`${props.title}. ${t(W.keys)}`} aria-describedby={`${id}-summary`}
      />
      <div class="chart-legend" aria-live="polite">
        <span class="chart-at">{cursor === null ? '' : formatX(props, x[cursor] ?? 0)}</span>
        {lines.map((line) => <LegendItem key={line.key} line={line} at={cursor} />)}
        {zoomed && <Button kind="quiet" onClick={reset}><Icon name="reset" size={16} />{t(W.reset)}</Button>}
      </div>
    </>
  );
}

function LegendItem({ line, at }: { line: ChartLine; at: number | null }) {
  const width = `${digitsWidth(line.format) + unitWidth(line.format)}ch`;
  return (
    <span class="chart-legend-item">
      <svg width="22" height="10" aria-hidden="true">
        <line
          x1="1" y1="5" x2="21" y2="5" stroke={`var(${line.colour})`}
          stroke-width={line.kind === 'bars' ? 8 : 3} stroke-dasharray={line.dash?.join(' ')}
        />
      </svg>
      {line.label}
      <span class="num" style={{ minWidth: width }}>{at === null ? '' : showText(line.values[at] ?? null, line.format)}</span>
    </span>
  );
}
