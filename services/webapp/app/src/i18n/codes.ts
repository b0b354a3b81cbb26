// Values that are codes, in words.

import { t, words } from './index';

const W = words({
  inductive: ['inductive', 'induttivo', 'inductive', 'induktiv'],
  capacitive: ['capacitive', 'capacitivo', 'capacitive', 'kapazitiv'],
  resistive: ['resistive', 'resistivo', 'résistive', 'ohmsch'],
});

/** The word of a code, or null if the quantity is no code. */
export function codeText(quantity: string, value: number): string | null {
  if (quantity === 'phase_sequence') return value > 0 ? 'L1-L2-L3' : 'L1-L3-L2';
  if (quantity !== 'load_type') return null;
  if (value === 0) return t(W.resistive);
  return t(value > 0 ? W.inductive : W.capacitive);
}
