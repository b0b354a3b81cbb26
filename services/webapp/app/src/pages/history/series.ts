// From the store's rows to lines: holes become gaps, answers and periods are laid over each other.

import uPlot from 'uplot';
import type { History } from '~/api/types';
import type { Numbers } from '~/ui/chart/model';

/** Several answers on one axis of time. */
export interface Course {
  answers: History[];
  /** Seconds since 1970, beginnings of the steps; one more in each hole. */
  x: number[];
  /** By the column's path, with null in each hole. */
  values: Map<string, Numbers>;
}

/** A row that begins after the end of the row before it follows a hole. */
function withGaps(history: History, shiftS: number): Numbers[] {
  const x: number[] = [];
  const values: Numbers[] = history.columns.map(() => []);
  history.start_ms.forEach((start, row) => {
    const end = history.end_ms[row - 1];
    if (end !== undefined && start > end) {
      x.push(end / 1000 + shiftS);
      for (const column of values) column.push(null);
    }
    x.push(start / 1000 + shiftS);
    values.forEach((column, place) => column.push(history.values[place]?.[row] ?? null));
  });
  return [x, ...values];
}

/** Of `uPlot.join`: a null reaches over the steps of others up to the next value, or the line would go on through it. */
const EXPAND = 2;

/** Steps that only one of the answers has leave the others' lines connected; null alone is a gap. */
export function course(answers: readonly History[], shiftS = 0): Course {
  const filled = answers.filter((history) => history.start_ms.length > 0);
  const tables = filled.map((history) => withGaps(history, shiftS));
  const paths = filled.flatMap((history) => history.columns.map(({ path }) => path));
  return joined([...answers], tables, paths);
}

/** Lays an earlier course over a later one; its paths get `suffix`. */
export function overlay(later: Course, earlier: Course, suffix: string): Course {
  const both = [{ ...later, suffix: '' }, { ...earlier, suffix }].filter(({ x }) => x.length > 0);
  const tables = both.map(({ x, values }): Numbers[] => [x, ...values.values()]);
  const paths = both.flatMap((one) => [...one.values.keys()].map((path) => path + one.suffix));
  return joined(later.answers, tables, paths);
}

function joined(answers: History[], tables: Numbers[][], paths: string[]): Course {
  if (tables.length === 0) return { answers, x: [], values: new Map() };
  const [x, ...values] = tables.length === 1 ? (tables[0] ?? []) : uPlot.join(tables as uPlot.AlignedData[], tables.map((table) => table.map(() => EXPAND)));
  return {
    answers,
    x: [...(x ?? [])] as number[],
    values: new Map(paths.map((path, place) => [path, (values[place] ?? []) as Numbers])),
  };
}

export interface Statistics {
  min: number;
  max: number;
  mean: number;
  sum: number;
}

export function statistics(values: Numbers): Statistics | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  if (known.length === 0) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    min: known.reduce((a, b) => Math.min(a, b)),
    max: known.reduce((a, b) => Math.max(a, b)),
    mean: sum / known.length,
    sum,
  };
}

/** Share of the time that was measured, 0 to 1, of the rows there are. */
export function coverage({ answers }: Course): number | null {
  const shares = answers.flatMap((history) => history.coverage);
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The coarsest step, in seconds. */
export function stepOf({ answers }: Course): number {
  return Math.max(1, ...answers.map(({ step_s }) => step_s));
}
