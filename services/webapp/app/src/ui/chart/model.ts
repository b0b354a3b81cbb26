// What a chart is given: a common x, and lines over it. Null is a gap and is drawn as one.

import type { Format } from '~/ui/value';

export type Numbers = (number | null)[];

export interface ChartLine {
  key: string;
  label: string;
  format: Format;
  /** A token of colour: `--l1`. */
  colour: string;
  /** In pixels; lines are told apart without colour too. */
  dash?: number[];
  kind?: 'line' | 'bars' | 'steps';
  axis?: 'left' | 'right';
  values: Numbers;
  /** Least and largest within each step, when points were thinned. */
  band?: { low: Numbers; high: Numbers };
}

export type Range = readonly [from: number, to: number];

/** Something behind the lines from one x to another: a tariff, a fault. */
export interface Background {
  from: number;
  to: number;
  /** A token of colour. */
  colour: string;
}

/** `time` is in seconds since 1970, shown in the device's zone. */
export type XKind = 'time' | 'plain';
