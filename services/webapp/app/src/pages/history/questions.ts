// Which columns can be asked for together: those of one meter that one job of the store keeps. Least and largest
// are kept by a job of their own, so a picture is often made of several answers.

import type { HistoryColumnInfo } from '~/api/types';

/** Columns an answer may have. */
const COLUMNS_MAX = 32;

function jobsOf(column: HistoryColumnInfo): string[] {
  return column.jobs.map(({ name }) => name);
}

/** Lists of columns that share a meter and a job, each short enough for one answer. */
export function questions(columns: readonly HistoryColumnInfo[]): HistoryColumnInfo[][] {
  const groups: { meter: string; jobs: string[]; columns: HistoryColumnInfo[] }[] = [];
  for (const column of columns) {
    const jobs = jobsOf(column);
    const fitting = groups.find((group) => {
      const common = group.jobs.filter((job) => jobs.includes(job));
      return group.meter === column.meter && common.length > 0 && group.columns.length < COLUMNS_MAX;
    });
    if (!fitting) {
      groups.push({ meter: column.meter, jobs, columns: [column] });
      continue;
    }
    fitting.jobs = fitting.jobs.filter((job) => jobs.includes(job));
    fitting.columns.push(column);
  }
  return groups.map((group) => group.columns);
}
