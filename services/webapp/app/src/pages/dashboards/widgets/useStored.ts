// What the store has of some points of a meter over a range in words. The range is found anew with each question, so
// that "today" grows; the old answer stays in view meanwhile.

import * as api from '~/api/client';
import type { History } from '~/api/types';
import { spanOf, type RangeName, type Span } from '~/i18n/ranges';
import { findColumn, useColumns } from '~/state/columns';
import { image } from '~/state/live';
import { useResource, type Resource } from '~/state/resource';

/** Intervals of the store are a minute long. */
const AGAIN_MS = 60_000;
const POINTS_MAX = 1200;
const DAY_MS = 86_400_000;

export interface Stored {
  history: History;
  span: Span;
}

/** Bars that can be told apart in a widget. */
export function barStep({ from, to }: Span): string {
  const days = (to - from) / DAY_MS;
  if (days < 0.1) return '5min';
  if (days <= 1.1) return '1h';
  return days <= 32 ? 'day' : 'month';
}

interface Wanted {
  meter: string;
  points: readonly string[];
  aggregate: 'mean' | 'delta';
  range: RangeName;
  step: (span: Span) => string;
}

/** `missing` is the first point that the store does not keep. */
export function useStored({ meter, points, aggregate, range, step }: Wanted): { stored: Resource<Stored>; missing: string | null } {
  const columns = useColumns();
  const known = columns.value?.columns;
  const paths = points.flatMap((point) => findColumn(known, meter, point, aggregate)?.path ?? []);
  const missing = known ? (points.find((point) => !findColumn(known, meter, point, aggregate)) ?? null) : null;
  const stored = useResource(`stored ${range} ${paths.join()}`, async (signal) => {
    const span = spanOf(range, Date.parse(image.peek()?.time ?? '') || Date.now());
    const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()];
    const history = await api.history({ from, to, step: step(span), columns: paths, points_max: POINTS_MAX }, signal);
    return { history, span };
  }, { when: paths.length > 0, everyMs: AGAIN_MS });
  const problem = columns.problem && !known ? columns : null;
  return { stored: problem ? { ...stored, problem: problem.problem, failedAt: problem.failedAt, reload: problem.reload } : stored, missing };
}
