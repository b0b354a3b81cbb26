// Axes: times in the device's zone and the user's language, numbers with the language's separators.

import type uPlot from 'uplot';
import { moment, number, offsetMinutes } from '~/i18n/format';
import { token } from './colours';
import type { XKind } from './model';

const DAY_S = 86_400;

/** The shortest form that tells neighbouring ticks apart; midnight shows its day. */
export function timeTick(seconds: number, step: number): string {
  const ms = seconds * 1000;
  const sinceMidnight = (seconds + offsetMinutes(ms) * 60) % DAY_S;
  if (step >= 28 * DAY_S) return moment(ms, 'month');
  if (step >= DAY_S || sinceMidnight === 0) return moment(ms, 'weekday');
  return moment(ms, step < 60 ? 'time' : 'minute');
}

/** Decimals that a step needs to be written exactly: 0.25 needs two. */
function tickDecimals(step: number): number {
  const exact = (decimals: number) => Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) < 1e-6;
  return [0, 1, 2, 3, 4, 5].find(exact) ?? 6;
}

const font = () => `12px ${getComputedStyle(document.body).fontFamily}`;

function grid(): uPlot.Axis.Grid {
  return { stroke: () => token('--line'), width: 1 };
}

export function xAxis(kind: XKind, label?: string): uPlot.Axis {
  return {
    font: font(), stroke: () => token('--ink-dim'), grid: grid(), ticks: { ...grid(), size: 4 },
    label, labelFont: font(), labelSize: label ? 18 : 0, size: 30,
    space: kind === 'time' ? 84 : 50,
    values: (_plot, splits, _axis, _space, step) => {
      return splits.map((at) => (kind === 'time' ? timeTick(at, step) : number(at, tickDecimals(step))));
    },
  };
}

export function yAxis(scale: string, side: 1 | 3, unit: string, colour?: string): uPlot.Axis {
  return {
    scale, side, font: font(), stroke: () => token(colour ?? '--ink-dim'),
    grid: side === 3 ? grid() : { show: false }, ticks: { show: false }, size: unit.length > 2 ? 72 : 58, gap: 6, space: 34,
    values: (_plot, splits, _axis, _space, step) => splits.map((at, index) => {
      const text = kiloTick(at, step, unit);
      // The unit stands once, at the top, where it costs no width.
      return index === splits.length - 1 && unit ? `${text}${text.endsWith(' k') ? '' : ' '}${unit}` : text;
    }),
  };
}

function kiloTick(at: number, step: number, unit: string): string {
  const kilo = (unit === 'W' || unit === 'var' || unit === 'VA') && step >= 1000;
  return kilo ? `${number(at / 1000, tickDecimals(step / 1000))} k` : number(at, tickDecimals(step));
}
