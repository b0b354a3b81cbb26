// Pan and zoom: drag and wheel, one finger and two, keys. The wheel belongs to the page until the chart has
// the focus (a click gives it) or Ctrl is held, so that nobody is caught while scrolling past.

import type uPlot from 'uplot';
import type { Range } from './model';

/** A step of the wheel or of a key. */
const ZOOM = 1.25;
const PAN = 0.15;
/** Fingers and a mouse tremble; less is a click. */
const DRAG_PX_MIN = 4;

export interface GestureTarget {
  view: () => Range;
  /** Limits the range where the chart has limits; called with whatever the gesture wants. */
  show: (range: Range) => void;
  reset: () => void;
  /** A click or a tap that was no drag, at an x. */
  click?: (x: number) => void;
}

export function bindGestures(plot: uPlot, root: HTMLElement, target: GestureTarget): () => void {
  const over = plot.over;
  const fingers = new Map<number, number>();
  let start: { view: Range; centre: number; spread: number; moved: boolean } | null = null;

  const xAt = (clientX: number) => plot.posToVal(clientX - over.getBoundingClientRect().left, 'x');
  const spreadOf = (places: number[]) => Math.max(1, Math.max(...places) - Math.min(...places));
  const centreOf = (places: number[]) => places.reduce((sum, place) => sum + place, 0) / places.length;
  const restart = () => {
    const places = [...fingers.values()];
    start = places.length === 0 ? null
      : { view: target.view(), centre: centreOf(places), spread: spreadOf(places), moved: start?.moved ?? false };
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) start = null;
    fingers.set(event.pointerId, event.clientX);
    over.setPointerCapture(event.pointerId);
    root.focus({ preventScroll: true });
    restart();
  };
  const move = (event: PointerEvent) => {
    if (!start || !fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event.clientX);
    const places = [...fingers.values()];
    const shift = centreOf(places) - start.centre;
    if (!start.moved && places.length === 1 && Math.abs(shift) < DRAG_PX_MIN) return;
    start.moved = true;
    const [from, to] = start.view;
    const width = over.clientWidth || 1;
    const factor = places.length > 1 ? start.spread / spreadOf(places) : 1;
    const anchor = from + ((start.centre - over.getBoundingClientRect().left) / width) * (to - from);
    const span = (to - from) * factor;
    const left = anchor - (anchor - from) * factor - (shift / width) * span;
    target.show([left, left + span]);
  };
  const up = (event: PointerEvent) => {
    const wasClick = start !== null && !start.moved && fingers.size === 1;
    fingers.delete(event.pointerId);
    restart();
    if (wasClick && event.type === 'pointerup') target.click?.(xAt(event.clientX));
  };
  const zoomAt = (x: number, factor: number) => {
    const [from, to] = target.view();
    target.show([x - (x - from) * factor, x + (to - x) * factor]);
  };
  const pan = (share: number) => {
    const [from, to] = target.view();
    target.show([from + share * (to - from), to + share * (to - from)]);
  };
  const wheel = (event: WheelEvent) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!sideways && !event.ctrlKey && document.activeElement !== root) return;
    event.preventDefault();
    if (sideways) pan(event.deltaX / (over.clientWidth || 1));
    else zoomAt(xAt(event.clientX), event.deltaY > 0 ? ZOOM : 1 / ZOOM);
  };
  const step = (by: number) => {
    const data = plot.data[0];
    const now = plot.cursor.idx ?? (by > 0 ? -1 : data.length);
    const next = Math.max(0, Math.min(data.length - 1, now + by));
    const at = data[next];
    if (at === undefined) return;
    plot.setCursor({ left: plot.valToPos(at, 'x'), top: over.clientHeight / 2 });
  };
  const keys: Record<string, (shift: boolean) => void> = {
    ArrowLeft: (shift) => (shift ? pan(-PAN) : step(-1)),
    ArrowRight: (shift) => (shift ? pan(PAN) : step(1)),
    '+': () => zoomAt(centreOf([...target.view()]), 1 / ZOOM),
    '-': () => zoomAt(centreOf([...target.view()]), ZOOM),
    '0': () => target.reset(),
    Home: () => target.reset(),
    Enter: () => {
      const at = plot.data[0][plot.cursor.idx ?? -1];
      if (at !== undefined) target.click?.(at);
    },
  };
  const key = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.target !== root) return;
    event.preventDefault();
    act(event.shiftKey);
  };

  over.addEventListener('pointerdown', down);
  over.addEventListener('pointermove', move);
  over.addEventListener('pointerup', up);
  over.addEventListener('pointercancel', up);
  over.addEventListener('dblclick', target.reset);
  over.addEventListener('wheel', wheel, { passive: false });
  root.addEventListener('keydown', key);
  // The plot's own elements go with it; the root stays.
  return () => root.removeEventListener('keydown', key);
}
