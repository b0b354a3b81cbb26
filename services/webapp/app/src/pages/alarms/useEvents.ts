// The log as it is read: the newest first, older ones behind a cursor, newer ones asked for while it is looked at.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import * as api from '~/api/client';
import { asProblem, type Problem } from '~/api/problem';
import type { MeterEvent } from '~/api/types';
import { logins } from '~/state/session';

/** A few screens. */
const LIMIT = 60;
const NEWER_MS = 5000;

interface Log {
  events: MeterEvent[];
  /** Where the older ones begin; null at the beginning of the log. */
  next: number | null;
}

export interface Events {
  log: Log | null;
  loading: boolean;
  problem: Problem | null;
  failedAt: number | null;
  older: () => void;
}

export function useEvents(kinds: readonly string[]): Events {
  const key = kinds.join();
  const [log, setLog] = useState<Log | null>(null);
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState<{ problem: Problem; at: number } | null>(null);
  const busy = useRef(false);
  const login = logins.value;

  const ask = useCallback(async (before: number | null, signal?: AbortSignal) => {
    busy.current = true;
    setLoading(true);
    try {
      const wanted = key ? key.split(',') : undefined;
      const { events, next } = await api.events({ before: before ?? undefined, limit: LIMIT, kinds: wanted }, signal);
      setLog((old) => ({ events: before === null ? events : [...(old?.events ?? []), ...events], next: next ?? null }));
      setFailed(null);
    } catch (thrown) {
      if (signal?.aborted) return;
      setFailed({ problem: asProblem(thrown), at: Date.now() });
    } finally {
      if (!signal?.aborted) {
        busy.current = false;
        setLoading(false);
      }
    }
  }, [key]);

  useEffect(() => {
    const abort = new AbortController();
    setLog(null);
    void ask(null, abort.signal);
    return () => abort.abort();
  }, [ask, login]);

  const newest = log?.events[0]?.seq;
  useEffect(() => {
    if (!log) return;
    const abort = new AbortController();
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      // A failure is told by the next reading, and by the top bar at once.
      api.events({ after: newest ?? 0, limit: LIMIT, kinds: key ? key.split(',') : undefined }, abort.signal).then(({ events }) => {
        if (events.length === 0) return;
        setLog((old) => (old ? { ...old, events: [...events.reverse(), ...old.events] } : old));
      }, () => {});
    }, NEWER_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [newest, log === null, key]);

  const older = useCallback(() => {
    if (!busy.current) void ask(log?.next ?? null);
  }, [ask, log?.next]);
  return { log, loading, problem: failed?.problem ?? null, failedAt: failed?.at ?? null, older };
}
