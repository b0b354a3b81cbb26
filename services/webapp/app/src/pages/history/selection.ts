// What is looked at: range, meters, quantities. All of it is in the address, so that a view can be shared.

import { fromWall, wallParts } from '~/i18n/format';
import { RANGE_NAMES, spanOf, type RangeName, type Span } from '~/i18n/ranges';
import { parameter, setParameters } from '~/router';
import { image } from '~/state/live';
import { chosen } from '~/state/meter';

export interface Selection {
  /** A word, or null for dates. */
  range: RangeName | null;
  span: Span;
  meters: string[];
  points: string[];
  compare: boolean;
}

const POINTS_DEFAULT = ['active_power.system'];

/** The device's now, to the minute, so that a question is not a new one with each window. */
export function deviceNow(): number {
  const now = image.peek() ? Date.parse(image.peek()?.time ?? '') : Date.now();
  return Math.ceil(now / 60_000) * 60_000;
}

function isRange(text: string | null): text is RangeName {
  return text !== null && text in RANGE_NAMES;
}

/** `2026-11-27` as the device's midnight. */
export function dateMs(text: string, days = 0): number | null {
  const [year, month, day] = text.split('-').map(Number);
  if (!year || !month || !day) return null;
  return fromWall({ year, month, day: day + days, hour: 0, minute: 0, second: 0 });
}

/** A moment's date in the device's zone, as date fields want it. */
export function dateText(ms: number): string {
  const { year, month, day } = wallParts(ms);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function list(name: string): string[] | null {
  return parameter(name)?.split(',').filter(Boolean) ?? null;
}

export function selection(rangeDefault: RangeName = 'today'): Selection {
  const from = dateMs(parameter('from') ?? '');
  const to = dateMs(parameter('to') ?? '', 1);
  const named = parameter('range');
  const range = isRange(named) ? named : rangeDefault;
  const dated = from !== null && to !== null && from < to;
  return {
    range: dated ? null : range,
    span: dated ? { from, to } : spanOf(range, deviceNow()),
    meters: list('meters') ?? [chosen.value.meter],
    points: list('points') ?? POINTS_DEFAULT,
    compare: parameter('compare') === '1',
  };
}

export function chooseRange(range: RangeName): void {
  setParameters({ range, from: null, to: null });
}

/** Both days belong to it. */
export function chooseDates(from: string, to: string): void {
  setParameters({ range: null, from, to });
}

export function chooseSpan({ from, to }: Span): void {
  chooseDates(dateText(from), dateText(to - 1));
}
