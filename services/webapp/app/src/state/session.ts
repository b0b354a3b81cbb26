// Who uses the page. A session can be lost at any time (it ends, the device restarts); the page then stays
// where it is, under the login, and loads again what failed.

import { computed, signal } from '@preact/signals';
import * as api from '~/api/client';
import { setCsrf, setSessionHandlers } from '~/api/http';
import { asProblem, type Problem } from '~/api/problem';
import type { Me, Role } from '~/api/types';
import { adoptPreferences } from './preferences';

export type Session =
  | { state: 'unknown' }
  | { state: 'unreachable'; problem: Problem }
  /** A fresh device; `me` once its first administrator exists and is logged in. */
  | { state: 'set_up'; me: Me | null }
  /** `before`: somebody was logged in, and their page lies under the login. */
  | { state: 'out'; before: boolean }
  | { state: 'in'; me: Me };

export const session = signal<Session>({ state: 'unknown' });
/** Counts logins; what failed for want of one is loaded again when it changes. */
export const logins = signal(0);
/** Set while the server wants the password once more. */
export const confirming = signal<((confirmed: boolean) => void) | null>(null);

export const me = computed(() => {
  const known = session.value;
  return known.state === 'in' || known.state === 'set_up' ? known.me : null;
});
export const simulated = computed(() => me.value?.simulated ?? false);

const RANK: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

/** Whether the user has the role, or a greater one. */
export function may(role: Role): boolean {
  return me.value !== null && RANK[me.value.role] >= RANK[role];
}

export function enter(known: Me): void {
  setCsrf(known.csrf);
  if (known.has_password) adoptPreferences(known.preferences);
  const wasOut = session.peek().state !== 'in';
  session.value = { state: known.set_up ? 'in' : 'set_up', me: known };
  if (wasOut) logins.value += 1;
}

/** Finds out whether the device is set up and somebody logged in; follows a one-time link. */
export async function beginSession(): Promise<void> {
  try {
    const link = new URLSearchParams(location.hash.slice(1)).get('link');
    if (link) {
      history.replaceState(null, '', location.pathname + location.search);
      enter(await api.loginByLink(link).catch(() => api.me()));
    } else {
      enter(await api.me());
    }
  } catch (thrown) {
    await explain(asProblem(thrown));
  }
}

async function explain(problem: Problem): Promise<void> {
  if (problem.slug === 'set-up-first') {
    session.value = { state: 'set_up', me: null };
  } else if (problem.status === 401) {
    // Set-up may have been left half-way, with an administrator who has to log in again.
    const state = await api.setup().catch(() => null);
    const unfinished = state?.required === true && !state.finished;
    session.value = unfinished ? { state: 'set_up', me: null } : { state: 'out', before: false };
  } else {
    session.value = { state: 'unreachable', problem };
  }
}

/** After a broken connection: is the session still there? */
export async function refreshSession(): Promise<void> {
  if (session.peek().state !== 'in') return;
  // A failure is told elsewhere: 401 by the handler below, no answer by the live connection.
  await api.me().then(enter, () => {});
}

export async function leave(): Promise<void> {
  await api.logout().catch(() => {});
  session.value = { state: 'out', before: false };
}

setSessionHandlers(
  () => {
    const known = session.peek();
    if (known.state === 'in') session.value = { state: 'out', before: true };
    if (known.state === 'set_up' && known.me) session.value = { state: 'set_up', me: null };
  },
  () => new Promise((resolve) => {
    confirming.value = (confirmed) => {
      confirming.value = null;
      resolve(confirmed);
    };
  }),
);
