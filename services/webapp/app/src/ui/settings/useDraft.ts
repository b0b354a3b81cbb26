// What is being changed: typed texts by setting, what is wrong with them, and the writing. The server's own rules
// check while one types; nothing is written before it is asked for.

import { useEffect, useMemo, useState } from 'preact/hooks';
import * as api from '~/api/client';
import { asProblem, type Problem } from '~/api/problem';
import type { SettingsReply } from '~/api/types';
import { settingRow } from '~/state/catalog';
import { useWrite, type WriteState } from '~/state/write';
import { entryOf, parsed, typed, type Entry } from './entry';

/** Typing pauses that long at the end of a number. */
const PAUSE_MS = 300;

export interface Draft {
  entries: Entry[];
  text: (slug: string) => string;
  /** Value that is kept now. */
  kept: (slug: string) => number;
  change: (slug: string, text: string) => void;
  error: (slug: string) => string | undefined;
  isChanged: (slug: string) => boolean;
  /** What would be written; empty if nothing is changed. */
  wanted: Record<string, number>;
  /** All of it can be written. */
  valid: boolean;
  status: WriteState;
  pending: boolean;
  save: () => Promise<boolean>;
  discard: () => void;
}

export function useDraft(slugs: readonly string[], settings: SettingsReply['settings'], saved: () => void): Draft {
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [refused, setRefused] = useState<Problem | null>(null);
  const known = slugs.filter((slug) => settings[slug] !== undefined);
  const watchedText = texts['alarm_variable'];
  const watched = useMemo(() => watchedName(settings, watchedText), [settings, watchedText]);
  const entries = known.flatMap((slug) => {
    const value = settings[slug];
    return value ? [entryOf(slug, value, watched)] : [];
  });
  const kept = (slug: string) => settings[slug]?.value ?? 0;

  const wanted: Record<string, number> = {};
  const errors: Record<string, string> = {};
  for (const entry of entries) {
    const text = texts[entry.slug];
    if (text === undefined) continue;
    const result = parsed(entry, text);
    if ('error' in result) errors[entry.slug] = result.error;
    else if (result.value !== kept(entry.slug)) wanted[entry.slug] = result.value;
  }

  const question = JSON.stringify(wanted);
  useEffect(() => {
    setRefused(null);
    if (question === '{}') return;
    let current = true;
    const timer = setTimeout(() => {
      // No answer is told when one saves; only the server's word on a value belongs here.
      api.checkSettings(JSON.parse(question) as Record<string, number>).catch((thrown: unknown) => {
        if (current) setRefused(asProblem(thrown));
      });
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [question]);

  const write = useWrite(async () => {
    const { done, refused: not = [] } = await api.changeSettings(wanted);
    const names = new Set(done.map(({ slug }) => slug));
    setTexts((old) => Object.fromEntries(Object.entries(old).filter(([slug]) => !names.has(slug))));
    saved();
    const [first] = not;
    if (first) throw new Error(first.detail);
    return true;
  });

  const error = (slug: string) => errors[slug] ?? refused?.of(slug) ?? write.problem?.of(slug);
  return {
    entries,
    kept,
    text: (slug) => texts[slug] ?? typed(entries.find((entry) => entry.slug === slug) as Entry, kept(slug)),
    change: (slug, text) => {
      write.reset();
      setTexts((old) => ({ ...old, [slug]: text }));
    },
    error,
    isChanged: (slug) => slug in wanted,
    wanted,
    valid: Object.keys(errors).length === 0 && !(refused && refused.errors.length > 0),
    status: write.status,
    pending: write.pending,
    save: async () => (await write.run()) === true,
    discard: () => {
      write.reset();
      setTexts({});
    },
  };
}

function watchedName(settings: SettingsReply['settings'], text: string | undefined): string {
  const row = settings['alarm_variable'];
  if (!row) return '';
  const value = text === undefined ? row.value : Number(text);
  return watchedPaths()[value] ?? row.name ?? '';
}

function watchedPaths(): Record<number, string> {
  return Object.fromEntries((settingRow('alarm_variable')?.names ?? []).map(({ value, name }) => [value, name]));
}
