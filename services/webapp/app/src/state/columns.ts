// What the store keeps: its columns.

import * as api from '~/api/client';
import type { History, HistoryColumnInfo } from '~/api/types';
import { useResource } from './resource';

/** A meter that was just started has none, and gets them with its first rows. */
const EVERY_MS = 60_000;

export function useColumns() {
  return useResource('history-columns', api.historyColumns, { everyMs: EVERY_MS });
}

export function findColumn(
  columns: readonly HistoryColumnInfo[] | undefined, meter: string, point: string, aggregate: string,
): HistoryColumnInfo | undefined {
  return columns?.find((column) => column.meter === meter && column.point === point && column.aggregate === aggregate);
}

/** Sum of a column over all rows; null if there is no row with a value. */
export function total(history: History | null, path: string | undefined): number | null {
  const place = history?.columns.findIndex((column) => column.path === path) ?? -1;
  const known = history?.values[place]?.filter((value): value is number => value !== null) ?? [];
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
