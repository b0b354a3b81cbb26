// What a user prefers: language, theme, phase colours. The server keeps them with the user; this browser
// keeps a copy, so that the login already speaks the language and wears the theme.

import { effect, signal } from '@preact/signals';
import * as api from '~/api/client';
import type { Language, PhaseColours, Preferences, Theme } from '~/api/types';
import { isLanguage, language } from '~/i18n';

export const theme = signal<Theme>('system');
export const phaseColours = signal<PhaseColours>('iec');
/** Counts changes of colours; what is drawn on a canvas draws itself again. */
export const colourEpoch = signal(0);

const KEY = 'ems.preferences';

export function adoptPreferences(preferences: Partial<Preferences>): void {
  if (isLanguage(preferences.language)) language.value = preferences.language;
  if (preferences.theme) theme.value = preferences.theme;
  if (preferences.phase_colours) phaseColours.value = preferences.phase_colours;
}

/** Shown at once; `kept` says whether there is a user for whom the server keeps it. */
export async function choosePreferences(change: Partial<Preferences>, kept: boolean): Promise<void> {
  adoptPreferences(change);
  if (!kept) return;
  await api.savePreferences({ language: language.value, theme: theme.value, phase_colours: phaseColours.value });
}

function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find(isLanguage) ?? 'en';
}

/** Reads this browser's copy, and writes what is chosen to the document. */
export function beginPreferences(): void {
  language.value = browserLanguage();
  try {
    adoptPreferences(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>);
  } catch {
    // A broken copy is no reason to stop; the server has the original.
  }
  effect(() => {
    const root = document.documentElement;
    root.lang = language.value;
    root.dataset['theme'] = theme.value;
    root.dataset['phases'] = phaseColours.value;
    const kept: Preferences = {
      language: language.value, theme: theme.value, phase_colours: phaseColours.value,
    };
    localStorage.setItem(KEY, JSON.stringify(kept));
    colourEpoch.value = colourEpoch.peek() + 1;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colourEpoch.value += 1;
  });
}
