// From a setting's whole number to what is typed, and back. The alarm's thresholds are kept in thousandths of the
// unit of what it watches; everything else is typed as it is kept.

import type { SettingValue } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { MINUS, number } from '~/i18n/format';
import { settingValueName } from '~/i18n/settings';
import { settingRow } from '~/state/catalog';
import { formatOf } from '~/ui/value';

const W = words({
  whole: ['A whole number from {min} to {max}', 'Un numero intero da {min} a {max}', 'Un nombre entier de {min} à {max}', 'Eine ganze Zahl von {min} bis {max}'],
  decimal: ['A number from {min} to {max}', 'Un numero da {min} a {max}', 'Un nombre de {min} à {max}', 'Eine Zahl von {min} bis {max}'],
});

const UNITS: Record<string, string> = {
  alarm_delay_s: 's',
  demand_interval_min: 'min',
  display_backlight_min: 'min',
  pulse_duration_ms: 'ms',
  pulse_weight_wh: 'Wh',
};
const THRESHOLDS = new Set(['alarm_set_1', 'alarm_set_2']);
const THRESHOLD_SCALE = 1000;

export interface Entry {
  slug: string;
  unit: string;
  /** What the kept number is divided by. */
  scale: number;
  min: number;
  max: number;
  default: number;
  /** By kept value; empty for numbers. */
  choices: { value: number; name: string }[];
}

/** `watched` is the path of what the alarm watches, or `off`. */
export function entryOf(slug: string, value: SettingValue, watched: string): Entry {
  const threshold = THRESHOLDS.has(slug);
  const common = { slug, min: value.min, max: value.max, default: value.default };
  const unit = threshold ? formatOf(watched.split('.')[0] ?? '').unit : (UNITS[slug] ?? '');
  return { ...common, unit, scale: threshold ? THRESHOLD_SCALE : 1, choices: choicesOf(slug, unit) };
}

function choicesOf(slug: string, unit: string): Entry['choices'] {
  if (slug === 'tariff_selected') return [1, 2].map((value) => ({ value, name: t(Common.tariff, { n: value }) }));
  const names = settingRow(slug)?.names ?? [];
  return names.map(({ value, name }) => {
    const plain = /^\d+$/.test(name) ? `${name} ${unit}`.trim() : settingValueName(slug, name);
    return { value, name: plain };
  });
}

/** As it stands in the field. */
export function typed(entry: Entry, value: number): string {
  return String(value / entry.scale);
}

/** As it stands in a sentence, with its unit. */
export function spoken(entry: Entry, value: number): string {
  const choice = entry.choices.find((known) => known.value === value);
  if (choice) return choice.name;
  const scaled = value / entry.scale;
  const decimals = Number.isInteger(scaled) ? 0 : 3;
  return `${number(scaled, decimals)} ${entry.unit}`.trim();
}

/** The number to be kept, or what is wrong with what was typed. */
export function parsed(entry: Entry, text: string): { value: number } | { error: string } {
  const value = Math.round(Number(text.trim().replace(',', '.').replace(MINUS, '-')) * entry.scale * 1e6) / 1e6;
  const fits = text.trim() !== '' && Number.isInteger(value) && value >= entry.min && value <= entry.max;
  if (fits) return { value };
  const range = { min: spoken(entry, entry.min), max: spoken(entry, entry.max) };
  return { error: t(entry.scale === 1 ? W.whole : W.decimal, range) };
}
