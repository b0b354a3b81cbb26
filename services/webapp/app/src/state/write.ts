// A write to the device: never shown as done before the device says so.

import { useCallback, useState } from 'preact/hooks';
import { asProblem, type Problem } from '~/api/problem';

export type WriteState =
  | { state: 'idle' }
  | { state: 'pending' }
  | { state: 'done'; at: number }
  | { state: 'failed'; problem: Problem };

export interface Write<A extends unknown[], T> {
  status: WriteState;
  pending: boolean;
  problem: Problem | null;
  /** The answer, or null if it was refused; a second call while one is pending does nothing. */
  run: (...args: A) => Promise<T | null>;
  reset: () => void;
}

export function useWrite<A extends unknown[], T>(action: (...args: A) => Promise<T>): Write<A, T> {
  const [status, setStatus] = useState<WriteState>({ state: 'idle' });
  const run = async (...args: A): Promise<T | null> => {
    if (status.state === 'pending') return null;
    setStatus({ state: 'pending' });
    try {
      const answer = await action(...args);
      setStatus({ state: 'done', at: Date.now() });
      return answer;
    } catch (thrown) {
      setStatus({ state: 'failed', problem: asProblem(thrown) });
      return null;
    }
  };
  const reset = useCallback(() => setStatus({ state: 'idle' }), []);
  return {
    status,
    pending: status.state === 'pending',
    problem: status.state === 'failed' ? status.problem : null,
    run,
    reset,
  };
}
