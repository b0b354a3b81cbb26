// What a widget shows when it has nothing to show: loading, failed, empty. Each says what to do next.

import type { ComponentChildren } from 'preact';
import type { Problem } from '~/api/problem';
import { t } from '~/i18n';
import { W } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { problemText } from '~/i18n/problems';
import type { Resource } from '~/state/resource';
import { Button } from './Button';
import { toast } from './Toast';

interface NoticeProps {
  problem: Problem;
  /** Milliseconds since 1970. */
  since?: number | null;
  retry?: () => void;
}

/** What failed, since when, and the technical detail one tap away. */
export function ProblemNotice({ problem, since, retry }: NoticeProps) {
  const copy = async () => {
    await navigator.clipboard.writeText(problem.technical);
    toast(t(W.copied));
  };
  return (
    <div class="notice notice-alarm" role="alert">
      <div>
        {problemText(problem)} {since && <span class="dim">({t(W.since, { time: moment(since, 'time') })})</span>}
      </div>
      <details>
        <summary class="small">{t(W.details)}</summary>
        <pre class="mono">{problem.technical}</pre>
        <Button kind="quiet" onClick={() => void copy()}>{t(W.copy)}</Button>
      </details>
      {retry && <div><Button onClick={retry}>{t(W.retry)}</Button></div>}
    </div>
  );
}

export function Empty({ text, children }: { text?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{text ?? t(W.no_data)}</p>
      {children}
    </div>
  );
}

/** A grey box of the size that the content will have. */
export function Skeleton({ height, width = '100%' }: { height: number; width?: string }) {
  return <span class="skeleton" role="img" aria-label={t(W.loading)} style={{ height: `${height}px`, width }} />;
}

interface LoadedProps<T> {
  resource: Resource<T>;
  /** Height of the content in pixels, for the skeleton. */
  height: number;
  children: (value: T) => ComponentChildren;
}

/** Draws a resource in whatever state it is. An old value stays under the note that a newer one failed. */
export function Loaded<T>({ resource, height, children }: LoadedProps<T>) {
  const { value, problem, failedAt, reload } = resource;
  return (
    <>
      {problem && <ProblemNotice problem={problem} since={failedAt} retry={reload} />}
      {value !== null && children(value)}
      {value === null && !problem && <Skeleton height={height} />}
    </>
  );
}
