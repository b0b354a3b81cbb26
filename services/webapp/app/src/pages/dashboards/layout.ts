// Where widgets lie: a grid of twelve columns in which everything falls upwards, and what is moved makes its place.

import type { Widget } from '~/api/types';

export const COLUMNS = 12;
export const ROWS_MAX = 24;
/** A widget that is moved past others passes at most so many rows. */
const PASS_MAX = 60;

type Box = Pick<Widget, 'id' | 'x' | 'y' | 'w' | 'h'>;

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function within<B extends Box>(box: B): B {
  const w = Math.min(COLUMNS, Math.max(1, box.w));
  const h = Math.min(ROWS_MAX, Math.max(1, box.h));
  return { ...box, w, h, x: Math.min(COLUMNS - w, Math.max(0, box.x)), y: Math.max(0, box.y) };
}

/** In the order in which they are read, and stand on a phone. */
export function inOrder<B extends Box>(boxes: readonly B[], first?: string): B[] {
  return [...boxes].sort((a, b) => a.y - b.y || Number(b.id === first) - Number(a.id === first) || a.x - b.x);
}

/** All fall up until they touch; at one height `moved` comes first and the others make way. */
export function settle<B extends Box>(boxes: readonly B[], moved?: string): B[] {
  const placed: B[] = [];
  for (const box of inOrder(boxes.map(within), moved)) {
    const at = (y: number) => ({ ...box, y });
    const free = (y: number) => !placed.some((other) => overlap(at(y), other));
    let y = box.y;
    while (y > 0 && free(y - 1)) y -= 1;
    while (!free(y)) y += 1;
    placed.push(at(y));
  }
  return placed;
}

/** The first place in the order of reading where a box overlaps no other. */
export function room(boxes: readonly Box[], box: Box): Pick<Box, 'x' | 'y'> {
  for (let y = 0; ; y += 1) {
    for (let x = 0; x <= COLUMNS - box.w; x += 1) {
      if (!boxes.some((other) => overlap({ ...box, x, y }, other))) return { x, y };
    }
  }
}

function change<B extends Box>(boxes: readonly B[], id: string, by: Partial<Box>): B[] {
  return settle(boxes.map((box) => (box.id === id ? { ...box, ...by } : box)), id);
}

export type Step = 'left' | 'right' | 'up' | 'down' | 'narrower' | 'wider' | 'shorter' | 'taller';

/** One step by key; upwards and downwards as far as it takes to pass what is in the way. */
export function stepped<B extends Box>(boxes: readonly B[], id: string, step: Step): B[] {
  const box = boxes.find((known) => known.id === id);
  if (!box) return [...boxes];
  switch (step) {
    case 'left': return change(boxes, id, { x: box.x - 1 });
    case 'right': return change(boxes, id, { x: box.x + 1 });
    case 'narrower': return change(boxes, id, { w: box.w - 1 });
    case 'wider': return change(boxes, id, { w: box.w + 1 });
    case 'shorter': return change(boxes, id, { h: box.h - 1 });
    case 'taller': return change(boxes, id, { h: box.h + 1 });
    case 'up': return passed(boxes, box, -1);
    case 'down': return passed(boxes, box, 1);
  }
}

function passed<B extends Box>(boxes: readonly B[], box: B, direction: 1 | -1): B[] {
  for (let rows = 1; rows <= PASS_MAX; rows += 1) {
    const y = box.y + direction * rows;
    if (y < 0) break;
    const settled = change(boxes, box.id, { y });
    if (settled.find(({ id }) => id === box.id)?.y !== box.y) return settled;
  }
  return [...boxes];
}

/** Moved or sized by a pointer, from where it was when the pointer came down. */
export function dragged<B extends Box>(boxes: readonly B[], id: string, columns: number, rows: number, sizes: boolean): B[] {
  const box = boxes.find((known) => known.id === id);
  if (!box) return [...boxes];
  return change(boxes, id, sizes ? { w: box.w + columns, h: box.h + rows } : { x: box.x + columns, y: box.y + rows });
}
