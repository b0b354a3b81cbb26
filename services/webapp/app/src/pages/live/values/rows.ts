// Which quantity stands in which table and row: from the catalogue, so that nothing is left out.

import type { Catalog, Point, Quantity, Scope } from '~/api/types';
import { quantityName, registerName } from '~/i18n/quantities';

export interface ValueRow {
  key: string;
  quantity: Quantity;
  name: string;
  /** Path by column; a scope that does not exist has none. */
  paths: Partial<Record<Scope, string>>;
}

export interface Section {
  key: 'phases' | 'pairs' | 'demand' | 'energy' | 'hours';
  columns: readonly Scope[];
  rows: ValueRow[];
}

const PHASES: readonly Scope[] = ['system', 'l1', 'l2', 'l3'];
const PAIRS: readonly Scope[] = ['system', 'l12', 'l23', 'l31'];

function sectionOf(quantity: Quantity, points: readonly Point[]): Section['key'] {
  if (quantity.class !== 'live') return quantity.class;
  return points.some((point) => point.scope === 'l12') ? 'pairs' : 'phases';
}

/** Rows of one quantity: one for each register, or one if it has none. The neutral stands under "system". */
function rowsOf(quantity: Quantity, points: readonly Point[]): ValueRow[] {
  const registers = [...new Set(points.map((point) => point.register))];
  return registers.map((register) => {
    const paths: ValueRow['paths'] = {};
    for (const point of points) {
      if (point.register === register) paths[point.scope === 'n' ? 'system' : point.scope] = point.path;
    }
    const name = register ? `${quantityName(quantity.slug)} · ${registerName(register)}` : quantityName(quantity.slug);
    return { key: `${quantity.slug} ${register ?? ''}`, quantity, name, paths };
  });
}

export function sections(catalog: Catalog): Section[] {
  const made: Section[] = [
    { key: 'phases', columns: PHASES, rows: [] },
    { key: 'pairs', columns: PAIRS, rows: [] },
    { key: 'demand', columns: PHASES, rows: [] },
    { key: 'energy', columns: PHASES, rows: [] },
    { key: 'hours', columns: ['system'], rows: [] },
  ];
  for (const quantity of catalog.quantities) {
    const points = catalog.points.filter((point) => point.quantity === quantity.slug);
    const key = sectionOf(quantity, points);
    made.find((section) => section.key === key)?.rows.push(...rowsOf(quantity, points));
  }
  return made.filter((section) => section.rows.length > 0);
}
