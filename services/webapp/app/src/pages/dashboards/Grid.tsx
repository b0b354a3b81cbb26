// The grid. While it is changed each widget has a handle to be dragged or moved by keys, a corner that sizes it, and
// a menu that does the same by buttons.

import type { Ref } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Widget } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { Button } from '~/ui/Button';
import { Menu } from '~/ui/Menu';
import { COLUMNS, dragged, inOrder, settle, stepped, type Step } from './layout';
import { WidgetDialog } from './WidgetDialog';
import { titleOf, WidgetView } from './widgets/WidgetView';
import { W } from './words';

/** As in the style: a row, and the gap. */
const ROW_PX = 56;
const GAP_PX = 16;
/** With one column there is nothing to drag to; the buttons move. */
const SEVERAL_COLUMNS = '(min-width: 760px)';

interface Props {
  widgets: Widget[];
  /** Null: it is only looked at. */
  change: ((widgets: Widget[]) => void) | null;
}

export function Grid({ widgets, change }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  const [opened, setOpened] = useState<Widget | null>(null);
  const tell = (list: Widget[], id: string) => {
    const widget = list.find((known) => known.id === id);
    if (widget) setSaid(t(W.placed, { name: titleOf(widget), x: widget.x + 1, y: widget.y + 1, w: widget.w, h: widget.h }));
  };
  const focused = useRef<Element | null>(null);
  const step = (id: string, which: Step) => {
    // Widgets stand in the order of reading, so a step can move the element that has the focus.
    focused.current = document.activeElement;
    const list = stepped(widgets, id, which);
    change?.(list);
    tell(list, id);
  };
  useLayoutEffect(() => {
    if (focused.current instanceof HTMLElement && document.activeElement !== focused.current) focused.current.focus();
    focused.current = null;
  }, [widgets]);
  return (
    <>
      <div ref={grid} class={change ? 'board board-changed' : 'board'}>
        {inOrder(widgets).map((widget) => (
          <section
            key={widget.id} class="board-cell panel" aria-label={titleOf(widget)}
            style={{ '--x': widget.x, '--y': widget.y, '--w': widget.w, '--h': widget.h }}
          >
            {change && (
              <Handles
                widget={widget} widgets={widgets} grid={grid} change={change} step={(which) => step(widget.id, which)}
                dropped={(list) => tell(list, widget.id)} open={() => setOpened(widget)}
                remove={() => change(settle(widgets.filter(({ id }) => id !== widget.id)))}
              />
            )}
            <div class="board-content"><WidgetView widget={widget} height={heightOf(widget, change !== null)} /></div>
          </section>
        ))}
      </div>
      <div class="hidden-text" role="status" aria-live="polite">{said}</div>
      {opened && (
        <WidgetDialog
          widget={opened} close={() => setOpened(null)}
          done={(widget) => {
            change?.(widgets.map((known) => (known.id === widget.id ? widget : known)));
            setOpened(null);
          }}
        />
      )}
    </>
  );
}

const PADDING_PX = 34;
const BAR_PX = 48;

/** Height of what a widget may draw on. */
function heightOf({ h }: Widget, changed: boolean): number {
  return h * ROW_PX + (h - 1) * GAP_PX - PADDING_PX - (changed ? BAR_PX : 0);
}

interface HandleProps {
  widget: Widget;
  widgets: Widget[];
  grid: Ref<HTMLDivElement> & { current: HTMLDivElement | null };
  change: (widgets: Widget[]) => void;
  step: (step: Step) => void;
  dropped: (widgets: Widget[]) => void;
  open: () => void;
  remove: () => void;
}

const KEYS: Record<string, readonly [plain: Step, shifted: Step]> = {
  ArrowLeft: ['left', 'narrower'],
  ArrowRight: ['right', 'wider'],
  ArrowUp: ['up', 'shorter'],
  ArrowDown: ['down', 'taller'],
};
const STEPS: readonly Step[] = ['left', 'right', 'up', 'down', 'narrower', 'wider', 'shorter', 'taller'];

function Handles({ widget, widgets, grid, change, step, dropped, open, remove }: HandleProps) {
  const name = titleOf(widget);
  const keys = (event: KeyboardEvent) => {
    const found = KEYS[event.key];
    if (!found) return;
    event.preventDefault();
    step(found[event.shiftKey ? 1 : 0]);
  };
  const moving = useDrag({ id: widget.id, widgets, grid, change, dropped, sizes: false });
  const sizing = useDrag({ id: widget.id, widgets, grid, change, dropped, sizes: true });
  return (
    <>
      <div class="board-bar">
        <button type="button" class="board-handle" aria-label={t(W.handle, { name })} title={t(W.handle, { name })} onKeyDown={keys} {...moving}>
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><path d="M7 4v12M13 4v12" stroke="currentColor" stroke-width="3" stroke-dasharray="1 4.5" stroke-linecap="round" /></svg>
          <span class="board-handle-name">{name}</span>
        </button>
        <Menu label={t(W.arrange, { name })} button={<span aria-hidden="true">⋯</span>}>
          {(close) => (
            <div class="stack stack-tight">
              <Button onClick={() => { close(); open(); }}>{t(W.options)}</Button>
              <div class="board-steps">
                {STEPS.map((which) => <Button key={which} kind="quiet" onClick={() => step(which)}>{t(W[which])}</Button>)}
              </div>
              <Button kind="danger" onClick={remove}>{t(Common.delete)}</Button>
            </div>
          )}
        </Menu>
      </div>
      <span class="board-corner" title={t(W.size_handle, { name })} aria-hidden="true" {...sizing} />
    </>
  );
}

interface DragOptions {
  id: string;
  widgets: Widget[];
  grid: { current: HTMLDivElement | null };
  change: (widgets: Widget[]) => void;
  dropped: (widgets: Widget[]) => void;
  sizes: boolean;
}

/** A drag counts from where it began, so that what makes way comes back when the pointer does; Escape undoes it. The
 *  window listens, because the handle itself moves on the way. */
function useDrag({ id, widgets, grid, change, dropped, sizes }: DragOptions) {
  const stop = useRef<() => void>();
  useEffect(() => () => stop.current?.(), []);
  const begin = (down: PointerEvent) => {
    if (down.button !== 0 || !matchMedia(SEVERAL_COLUMNS).matches) return;
    const listening = new AbortController();
    const { signal } = listening;
    stop.current = () => listening.abort();
    let last = widgets;
    const move = (event: PointerEvent) => {
      const column = ((grid.current?.clientWidth ?? 0) + GAP_PX) / COLUMNS;
      const columns = Math.round((event.clientX - down.clientX) / column);
      const rows = Math.round((event.clientY - down.clientY) / (ROW_PX + GAP_PX));
      const list = columns === 0 && rows === 0 ? widgets : dragged(widgets, id, columns, rows, sizes);
      if (JSON.stringify(list) === JSON.stringify(last)) return;
      last = list;
      change(list);
    };
    const end = (keep: boolean) => {
      listening.abort();
      if (!keep) change(widgets);
      else if (last !== widgets) dropped(last);
    };
    addEventListener('pointermove', move, { signal });
    addEventListener('pointerup', () => end(true), { signal });
    addEventListener('pointercancel', () => end(false), { signal });
    addEventListener('keydown', (event) => event.key === 'Escape' && end(false), { signal });
  };
  return { onPointerDown: begin };
}
