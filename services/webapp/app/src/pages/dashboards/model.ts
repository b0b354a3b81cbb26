// What widgets show, read from the free options that the device keeps: whatever is missing or makes no sense has a
// default, so that a dashboard of another version still opens.

import type { Dashboard, Widget, WidgetKind } from '~/api/types';
import { t } from '~/i18n';
import { RANGE_NAMES, type RangeName } from '~/i18n/ranges';
import { catalog } from '~/state/catalog';
import { chosen } from '~/state/meter';
import { room } from './layout';
import { W } from './words';

export const KINDS: readonly WidgetKind[] = ['value', 'gauge', 'line', 'bar', 'heatmap', 'phasor', 'table', 'text'];

/** Lines that can be told apart, and rows of a table. */
export const POINTS_MAX: Partial<Record<WidgetKind, number>> = { line: 6, bar: 4, table: 24 };

export interface Options {
  /** Empty: the one that is chosen at the top. */
  meter: string;
  points: string[];
  range: RangeName;
  min: number;
  max: number;
  text: string;
}

const POINTS: Partial<Record<WidgetKind, string[]>> = {
  value: ['active_power.system'],
  gauge: ['active_power.system'],
  line: ['active_power.system'],
  bar: ['active_energy_import.total.system', 'active_energy_export.total.system'],
  heatmap: ['active_power.system'],
  table: ['voltage_ln.l1', 'voltage_ln.l2', 'voltage_ln.l3', 'current.l1', 'current.l2', 'current.l3', 'frequency.system'],
};
const RANGE: Partial<Record<WidgetKind, RangeName>> = { line: 'today', bar: 'this_week', heatmap: 'this_month' };
const SIZE: Record<WidgetKind, readonly [w: number, h: number]> = {
  value: [3, 2], gauge: [3, 4], line: [6, 6], bar: [6, 6], heatmap: [6, 6], phasor: [4, 6], table: [4, 6], text: [3, 2],
};
/** Three phases at 65 A, rounded up. */
const GAUGE_MAX_W = 45_000;

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function finite(value: unknown, preset: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : preset;
}

export function optionsOf({ kind, options }: Pick<Widget, 'kind' | 'options'>): Options {
  const known = new Set(catalog.value?.points.map(({ path }) => path));
  const given = Array.isArray(options['points']) ? options['points'].map(text).filter((path) => known.has(path)) : [];
  const range = text(options['range']);
  return {
    meter: text(options['meter']),
    points: given.length > 0 ? given : (POINTS[kind] ?? []),
    range: range in RANGE_NAMES ? (range as RangeName) : (RANGE[kind] ?? 'today'),
    min: finite(options['min'], 0),
    max: finite(options['max'], GAUGE_MAX_W),
    text: text(options['text']),
  };
}

/** The meter that a widget looks at. */
export function meterOf(options: Options): string {
  return options.meter || chosen.value.meter;
}

export function newId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** A new widget, where there is room first. */
export function newWidget(kind: WidgetKind, widgets: readonly Widget[]): Widget {
  const [w, h] = SIZE[kind];
  const widget = { id: newId(), kind, title: '', x: 0, y: 0, w, h, options: { ...optionsOf({ kind, options: {} }) } };
  return { ...widget, ...room(widgets, widget) };
}

function place(kind: WidgetKind, title: string, [x, y, w, h]: readonly number[], options: Partial<Options> = {}): Widget {
  return { id: newId(), kind, title, x: x ?? 0, y: y ?? 0, w: w ?? 3, h: h ?? 2, options: { ...options } };
}

/** What most people look at first. */
export function starter(name: string): Dashboard {
  return {
    name,
    shared: false,
    widgets: [
      place('value', '', [0, 0, 3, 2], { points: ['active_power.system'] }),
      place('value', '', [3, 0, 3, 2], { points: ['active_energy_import.total.system'] }),
      place('value', '', [6, 0, 3, 2], { points: ['active_energy_export.total.system'] }),
      place('value', '', [9, 0, 3, 2], { points: ['power_factor.system'] }),
      place('line', t(W.starter_line), [0, 2, 8, 6], { points: ['active_power.system'], range: 'today' }),
      place('phasor', '', [8, 2, 4, 6]),
      place('bar', t(W.starter_bar), [0, 8, 8, 6], { range: 'this_week' }),
      place('table', '', [8, 8, 4, 6]),
    ],
  };
}
