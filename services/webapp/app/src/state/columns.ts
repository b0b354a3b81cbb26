// What the store keeps: its columns, asked for once a visit.

import * as api from '~/api/client';
import type { History, HistoryColumnInfo } from '~/api/types';
import { useResource } from './resource';

export function useColumns() {
  return useResource('history-columns', api.historyColumns);
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
