// From a number of the device to the text of a person: digits and units of the catalogue.
//
// The kilo rule, the same everywhere: powers of 10 000 and more are shown in kilo-units with two decimals.

import { hoursMinutes, number } from '~/i18n/format';
import { quantityOf } from '~/state/catalog';

const KILO_FROM = 10_000;
const KILO_UNITS = new Set(['W', 'var', 'VA']);

export interface Shown {
  text: string;
  unit: string;
}

export interface Format {
  unit: string;
  decimals: number;
  /** Whether a plus sign is shown: only where a sign has a meaning. */
  signed: boolean;
}

/** How a quantity is written; a slug that the catalogue does not know is a plain number. */
export function formatOf(quantity: string): Format {
  const row = quantityOf(quantity);
  if (!row) return { unit: '', decimals: 1, signed: false };
  const signed = row.sign === 'import_positive' || row.sign === 'inductive_positive';
  return { unit: row.unit, decimals: row.decimals, signed };
}

export function show(value: number, { unit, decimals, signed }: Format): Shown {
  if (unit === 'h') return { text: hoursMinutes(value), unit: 'h:mm' };
  if (KILO_UNITS.has(unit) && Math.abs(value) >= KILO_FROM) {
    return { text: number(value / 1000, 2, signed), unit: `k${unit}` };
  }
  return { text: number(value, decimals, signed), unit };
}

/** Both in one text. */
export function showText(value: number | null, format: Format): string {
  if (value === null) return '–';
  const { text, unit } = show(value, format);
  return unit ? `${text} ${unit}` : text;
}

/** Characters before the decimal sign, sign and separators included, that a unit ever needs. */
const WHOLE: Record<string, number> = {
  V: 3, A: 4, W: 6, var: 6, VA: 6, Hz: 2, '%': 3, kWh: 8, kvarh: 8, kVAh: 8, h: 6, '': 2,
};

/** Width of the number's box in `ch`. */
export function digitsWidth({ unit, decimals }: Format): number {
  return (WHOLE[unit] ?? 6) + (decimals > 0 ? decimals + 1 : 0);
}

/** Width of the unit's box: what can become kilo leaves room for it. */
export function unitWidth({ unit }: Format): number {
  if (unit === 'h') return 4;
  return KILO_UNITS.has(unit) ? unit.length + 1.4 : unit.length + 0.2;
}
