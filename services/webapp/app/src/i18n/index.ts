// Words in four languages: one row a word, all languages side by side, as on the device's own display.
// A table of words belongs to the folder that shows them and is loaded with it. A row without all four
// languages, or a key that is not there, does not compile.

import { signal } from '@preact/signals';
import type { Language } from '~/api/types';

/** English, Italian, French, German. */
export type Words = readonly [en: string, it: string, fr: string, de: string];

export const LANGUAGES: readonly { slug: Language; name: string }[] = [
  { slug: 'en', name: 'English' },
  { slug: 'it', name: 'Italiano' },
  { slug: 'fr', name: 'Français' },
  { slug: 'de', name: 'Deutsch' },
];

export const language = signal<Language>('en');

/** A table of words; its keys are known to the compiler. */
export function words<Key extends string>(table: Record<Key, Words>): Record<Key, Words> {
  return table;
}

/** A word in the chosen language, with `{name}` replaced. */
export function t(row: Words, values?: Record<string, string | number>): string {
  const text = row[LANGUAGES.findIndex((known) => known.slug === language.value)] ?? row[0];
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The word of a slug, or what the server calls it. */
export function tSlug(table: Record<string, Words>, slug: string, fallback?: string): string {
  const row = table[slug];
  return row ? t(row) : (fallback ?? slug.replaceAll('_', ' '));
}

/** Whether we have a language of our own for it. */
export function isLanguage(text: string | undefined): text is Language {
  return LANGUAGES.some((known) => known.slug === text);
}
