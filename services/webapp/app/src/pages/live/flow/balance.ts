// Who gives and who takes. The main meter stands at the grid and carries everything; modules measure parts of
// it. What they do not explain is the rest, which can be a load or a generation that no module measures.

import type { Load } from '~/api/types';
import type { Live } from '~/state/live';

export interface Part {
  key: string;
  kind: 'grid' | 'load' | 'generation' | 'rest';
  name: string;
  /** Never negative. */
  watts: number;
  stale: boolean;
}

export interface Balance {
  sources: Part[];
  sinks: Part[];
  /** Loads without a value, with the reason. */
  unknown: { name: string; quality: string }[];
}

export interface Names {
  grid: string;
  rest: string;
  restGeneration: string;
}

/** Less is the noise of two meters' differences. */
const REST_W_MIN = 1;

/** `power` is what each load takes, in the order of `loads`; `grid` is the main meter's whole. */
export function balance(grid: Live, loads: readonly Load[], power: readonly Live[], names: Names): Balance {
  const made: Balance = { sources: [], sinks: [], unknown: [] };
  const add = (key: string, kind: Part['kind'], name: string, watts: number, stale: boolean, takes: boolean) => {
    const side = takes ? made.sinks : made.sources;
    side.push({ key, kind, name, watts: Math.abs(watts), stale });
  };
  if (grid.value !== null) add('grid', 'grid', names.grid, grid.value, grid.age_s !== null, grid.value < 0);
  let explained = 0;
  loads.forEach((load, place) => {
    if (load.meter === 'main') return;
    const live = power[place];
    const name = load.name || load.meter;
    if (!live || live.value === null) {
      made.unknown.push({ name, quality: live?.quality ?? 'unknown' });
      return;
    }
    explained += live.value;
    add(`${load.meter} ${load.phases.join()}`, live.value < 0 ? 'generation' : 'load', name, live.value, live.age_s !== null, live.value >= 0);
  });
  const rest = (grid.value ?? 0) - explained;
  if (grid.value !== null && Math.abs(rest) >= REST_W_MIN) {
    add('rest', 'rest', rest > 0 ? names.rest : names.restGeneration, rest, false, rest > 0);
  }
  return made;
}
