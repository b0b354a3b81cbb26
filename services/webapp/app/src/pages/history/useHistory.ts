// The course of columns over a span; the old one stays in view while a newer one is fetched.

import { useRef } from 'preact/hooks';
import * as api from '~/api/client';
import type { HistoryColumnInfo, HistoryQuery } from '~/api/types';
import type { Span } from '~/i18n/ranges';
import { useResource, type Resource } from '~/state/resource';
import { questions } from './questions';
import { deviceNow } from './selection';
import { course, type Course } from './series';

/** Twice the dots of a wide screen. */
const POINTS_MAX = 2000;

/** A range that is not over yet grows; stored intervals are a minute long. */
const EVERY_MS = 30_000;

/** What is asked for, one question a meter and job. */
export function queriesOf(span: Span, columns: readonly HistoryColumnInfo[], step: string): HistoryQuery[] {
  const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()];
  return questions(columns).map((group) => ({ from, to, step, columns: group.map(({ path }) => path) }));
}

export function useHistory(
  span: Span | null, columns: readonly HistoryColumnInfo[], step = 'auto', shiftS = 0,
): Resource<Course> {
  const when = span !== null && columns.length > 0 && span.to > span.from;
  const names = columns.map(({ path }) => path).join();
  const key = `history ${span?.from} ${span?.to} ${step} ${shiftS} ${names}`;
  const resource = useResource(key, async (signal) => {
    const queries = queriesOf(span ?? { from: 0, to: 0 }, columns, step);
    const answers = await Promise.all(queries.map((query) => api.history({ ...query, points_max: POINTS_MAX }, signal)));
    return course(answers, shiftS);
  }, { when, everyMs: span !== null && span.to >= deviceNow() ? EVERY_MS : undefined });
  const kept = useRef<{ names: string; value: Course } | null>(null);
  if (resource.value) kept.current = { names, value: resource.value };
  // Of other columns it would be drawn as what it is not.
  const old = kept.current?.names === names ? kept.current.value : null;
  return { ...resource, value: resource.value ?? (when ? old : null) };
}
