// A button of the device. Held for as long as the device wants it is a long press, told when the time is over and
// not when the finger leaves; by pointer and by key alike.

import { useEffect, useRef, useState } from 'preact/hooks';
import { t, words } from '~/i18n';

const W = words({
  up: ['Up', 'Su', 'Haut', 'Auf'],
  down: ['Down', 'Giù', 'Bas', 'Ab'],
  back: ['Back', 'Indietro', 'Retour', 'Zurück'],
  enter: ['Enter', 'Invio', 'Entrée', 'Eingabe'],
});

const PATHS = { up: 'M6 15l6-7 6 7', down: 'M6 9l6 7 6-7', back: 'M15 6l-7 6 7 6', enter: 'M4 12l5 6L20 6' } as const;
export type Key = keyof typeof PATHS;

/** As the display's own buttons have it. */
const LONG_MS = 2000;

interface Props {
  name: Key;
  disabled: boolean;
  pending: boolean;
  press: (held: boolean) => void;
}

export function PressButton({ name, disabled, pending, press }: Props) {
  const timer = useRef<number>();
  const [holding, setHolding] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = () => {
    if (disabled || timer.current !== undefined) return;
    setHolding(true);
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      setHolding(false);
      press(true);
    }, LONG_MS);
  };
  const end = (counts: boolean) => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
    if (counts) press(false);
  };
  const isPress = (key: string) => key === 'Enter' || key === ' ';
  return (
    <button
      type="button" class={holding ? 'button lcd-key lcd-holding' : 'button lcd-key'} disabled={disabled} aria-busy={pending}
      onPointerDown={(event) => {
        if (event.button === 0) begin();
      }}
      onPointerUp={() => end(true)} onPointerLeave={() => end(false)} onPointerCancel={() => end(false)}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isPress(event.key)) return;
        event.preventDefault();
        if (!event.repeat) begin();
      }}
      onKeyUp={(event) => isPress(event.key) && end(true)} onBlur={() => end(false)}
      onClick={(event) => {
        // Of assistive technology, which has neither pointer nor key.
        if (event.detail === 0 && !disabled) press(false);
      }}
    >
      <svg width="24" height="24" viewBox="0 0 24 24" class="lcd-arrow" aria-hidden="true"><path d={PATHS[name]} /></svg>
      {t(W[name])}
    </button>
  );
}
