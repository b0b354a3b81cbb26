// Something the server is asked for: loading, there, or failed since when and why. It is asked again after
// a login, and by the clock if wanted, but never while the page is hidden.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '~/api/problem';
import { logins } from './session';

export interface Resource<T> {
  /** The newest answer; it stays while a newer one is awaited or fails. */
  value: T | null;
  loading: boolean;
  problem: Problem | null;
  /** When the failure was seen, in milliseconds since 1970. */
  failedAt: number | null;
  reload: () => void;
  set: (value: T) => void;
}

interface Options {
  /** Asks again after so many milliseconds. */
  everyMs?: number;
  /** False asks for nothing. */
  when?: boolean;
}

type Answer<T> = Omit<Resource<T>, 'reload' | 'set'>;

const NOTHING = { value: null, loading: true, problem: null, failedAt: null };

/** `key` names what `load` asks for: another key is another question, and drops the old answer. */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs, when = true }: Options = {},
): Resource<T> {
  const [answer, setAnswer] = useState<Answer<T> & { key: string }>({ ...NOTHING, key });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const login = logins.value;

  useEffect(() => {
    if (!when) return;
    const abort = new AbortController();
    setAnswer((old) => (old.key === key ? { ...old, loading: true } : { ...NOTHING, key }));
    latest.current(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setAnswer({ key, value, loading: false, problem: null, failedAt: null });
      },
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        const problem = asProblem(thrown);
        setAnswer((old) => ({ ...old, loading: false, problem, failedAt: old.failedAt ?? Date.now() }));
      },
    );
    return () => abort.abort();
  }, [key, round, when, login]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  useEffect(() => {
    if (!when || !everyMs) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, when, reload]);

  const set = useCallback((value: T) => {
    setAnswer({ key, value, loading: false, problem: null, failedAt: null });
  }, [key]);
  const current = answer.key === key ? answer : { ...NOTHING, key };
  return { ...current, reload, set };
}
