// A panel beneath a button. Closes by Escape, by a click elsewhere, and when the focus leaves.

import './overlay.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** Name of the button for readers of the screen. */
  label: string;
  button: ComponentChildren;
  children: (close: () => void) => ComponentChildren;
}

export function Menu({ label, button, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <div
      class="menu" ref={root}
      onKeyDown={(event) => event.key === 'Escape' && open && close()}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && !root.current?.contains(next)) setOpen(false);
      }}
    >
      <button
        ref={opener} type="button" class="button button-quiet" aria-label={label} aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && <div class="menu-panel">{children(close)}</div>}
    </div>
  );
}
