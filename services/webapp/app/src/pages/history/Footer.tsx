// Beneath each picture: step, coverage, remarks, and the files.

import * as api from '~/api/client';
import type { HistoryColumnInfo } from '~/api/types';
import { t, tSlug } from '~/i18n';
import { duration, number } from '~/i18n/format';
import type { Span } from '~/i18n/ranges';
import { nameOfMeter } from '~/state/meter';
import { coverage, stepOf, type Course } from './series';
import { queriesOf } from './useHistory';
import { AGGREGATES, W } from './words';

interface Props {
  course: Course;
  span: Span;
  columns: readonly HistoryColumnInfo[];
  step?: string;
}

/** What is kept of each step: the last part of a column's path. */
function aggregatesOf(paths: readonly string[]): string {
  return [...new Set(paths.map((path) => tSlug(AGGREGATES, path.split('/').at(-1) ?? '')))].join(', ');
}

export function Footer({ course, span, columns, step = 'auto' }: Props) {
  const covered = coverage(course);
  const flagged = course.answers.reduce((sum, { flags }) => sum + flags.length, 0);
  const queries = queriesOf(span, columns, step);
  return (
    <div class="row row-spread small">
      <span class="row dim">
        {course.answers.length > 0 && <span>{t(W.step, { step: duration(stepOf(course)) })}</span>}
        {covered !== null && <span class={covered < 0.995 ? 'is-warn' : undefined}>{t(W.coverage, { percent: number(covered * 100, 1) })}</span>}
        {flagged > 0 && <span class="is-warn">{t(W.flagged, { n: flagged })}</span>}
        {course.answers.some(({ truncated }) => truncated) && <span class="is-warn">{t(W.truncated)}</span>}
      </span>
      <span class="row">
        {t(W.download)}
        {queries.map((query) => {
          // One file an answer; with several, each says whose it is and what of it.
          const of = queries.length > 1 ? `${nameOfMeter(query.columns[0]?.split('/')[0] ?? '')}, ${aggregatesOf(query.columns)} ` : '';
          return (
            <span key={query.columns.join()} class="row">
              <a class="button" href={api.historyFile(query, 'csv')} download>{of}CSV</a>
              <a class="button" href={api.historyFile(query, 'xlsx')} download>{of}XLSX</a>
            </span>
          );
        })}
      </span>
    </div>
  );
}
