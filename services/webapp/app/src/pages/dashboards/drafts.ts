// Changes that are not saved. They are kept in this browser until they are saved or thrown away, so that leaving
// the page, a reload or an expired session loses none.

import { signal } from '@preact/signals';
import type { Dashboard } from '~/api/types';

export interface Draft {
  dashboard: Dashboard;
  /** What the device kept when the changing began: a later one is somebody else's. */
  base: string;
}

const KEY = 'ems.dashboard-drafts';

function read(): Record<string, Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, Draft>;
  } catch {
    return {};
  }
}

export const drafts = signal<Record<string, Draft>>(read());

export function setDraft(id: string, draft: Draft | null): void {
  const { [id]: _, ...others } = drafts.peek();
  drafts.value = draft ? { ...others, [id]: draft } : others;
  sessionStorage.setItem(KEY, JSON.stringify(drafts.value));
}
