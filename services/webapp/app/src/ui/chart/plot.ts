// Options and data of uPlot from lines.

import uPlot from 'uplot';
import { zone } from '~/i18n/format';
import { xAxis, yAxis } from './axes';
import { token, translucent } from './colours';
import type { Background, ChartLine, Numbers, Range, XKind } from './model';

export interface PlotInput {
  lines: readonly ChartLine[];
  xKind: XKind;
  xLabel?: string;
  view: Range;
  sync?: string;
  logarithmic?: boolean;
  /** Read at each drawing, so that new ones need no new plot. */
  backgrounds: () => readonly Background[];
  marks: () => readonly number[];
  onCursor: (index: number | null) => void;
}

const bars = () => uPlot.paths.bars!({ size: [0.86, 64], align: 1 });
const steps = () => uPlot.paths.stepped!({ align: 1 });

function series(line: ChartLine): uPlot.Series {
  const kind = line.kind ?? 'line';
  return {
    label: line.label,
    scale: line.axis === 'right' ? 'right' : 'left',
    stroke: () => token(line.colour),
    fill: kind === 'bars' ? () => translucent(line.colour, 0.75) : undefined,
    width: kind === 'bars' ? 0 : 1.75,
    dash: line.dash,
    paths: kind === 'bars' ? bars() : kind === 'steps' ? steps() : undefined,
    points: { show: kind === 'bars' ? false : undefined, size: 4 },
    spanGaps: false,
  };
}

/** Edges of a band are series without a stroke; the band lies between them. */
function bandEdge(line: ChartLine): uPlot.Series {
  return { scale: line.axis === 'right' ? 'right' : 'left', stroke: undefined, width: 0, points: { show: false } };
}

export function plotData(x: readonly number[], lines: readonly ChartLine[]): uPlot.AlignedData {
  const columns: Numbers[] = lines.map((line) => line.values);
  for (const { band } of lines) if (band) columns.push(band.high, band.low);
  return [x as number[], ...columns] as uPlot.AlignedData;
}

export function plotOptions(input: PlotInput, width: number, height: number): uPlot.Options {
  const { lines, xKind, view } = input;
  const banded = lines.filter((line) => line.band);
  const right = lines.find((line) => line.axis === 'right');
  const left = lines.find((line) => line.axis !== 'right');
  const axes = [xAxis(xKind, input.xLabel), yAxis('left', 3, left?.format.unit ?? '')];
  if (right) axes.push(yAxis('right', 1, right.format.unit));
  return {
    width, height,
    // Room for the last tick's text.
    padding: [8, right ? null : 30, 0, null],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone.peek()),
    legend: { show: false },
    cursor: {
      drag: { x: false, y: false, setScale: false },
      sync: input.sync ? { key: input.sync } : undefined,
      points: { size: 7 },
      // Both belong to the gestures; uPlot's own double click would fit the data and not the range.
      bind: { dblclick: () => null, mousedown: () => null },
    },
    scales: {
      x: { time: xKind === 'time', auto: false, min: view[0], max: view[1] },
      left: scaleOf(lines.filter((line) => line.axis !== 'right'), input.logarithmic),
      ...(right ? { right: scaleOf(lines.filter((line) => line.axis === 'right'), false) } : {}),
    },
    series: [{}, ...lines.map(series), ...banded.flatMap((line) => [bandEdge(line), bandEdge(line)])],
    bands: banded.map((line, place) => {
      const high = 1 + lines.length + 2 * place;
      return { series: [high, high + 1], fill: () => translucent(line.colour, 0.18) };
    }),
    axes,
    hooks: {
      setCursor: [(plot) => input.onCursor(plot.cursor.idx ?? null)],
      drawClear: [(plot) => drawBackgrounds(plot, input.backgrounds())],
      draw: [(plot) => drawMarks(plot, input.marks())],
    },
  };
}

/** Bars stand on zero; lines use the room. */
function scaleOf(lines: readonly ChartLine[], logarithmic?: boolean): uPlot.Scale {
  if (logarithmic) return { distr: 3, range: (_plot, low, high) => [Math.max(0.01, low || 0.01), Math.max(1, high || 1)] };
  const fromZero = lines.some((line) => line.kind === 'bars');
  return {
    range: (_plot, low, high) => {
      if (low === null || high === null || !Number.isFinite(low)) return [0, 1];
      const [least, most] = fromZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
      const room = (most - least) * 0.06 || Math.max(Math.abs(most) * 0.02, 0.5);
      return [least === 0 ? 0 : least - room, most === 0 ? 0 : most + room];
    },
  };
}

function drawBackgrounds(plot: uPlot, backgrounds: readonly Background[]): void {
  const { ctx, bbox } = plot;
  for (const { from, to, colour } of backgrounds) {
    const x0 = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const x1 = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
    if (x1 <= x0) continue;
    ctx.fillStyle = token(colour);
    ctx.fillRect(x0, bbox.top, x1 - x0, bbox.height);
  }
}

/** Upright lines: cursors that were set, a trigger. */
function drawMarks(plot: uPlot, marks: readonly number[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = token('--accent');
  ctx.lineWidth = devicePixelRatio;
  for (const at of marks) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
