// A state of the input or output in a row: what it is called, and how it is now.

import type { ComponentChildren } from 'preact';
import { silence } from '~/state/live';

interface Props {
  name: string;
  children: ComponentChildren;
  /** It comes with each window, and is stale when none come. */
  live?: boolean;
}

export function Fact({ name, children, live = false }: Props) {
  const stale = live && silence.value !== null;
  return (
    <div class="io-fact">
      <dt class="small dim">{name}</dt>
      <dd class={stale ? 'io-now io-stale' : 'io-now'}>{children}</dd>
    </div>
  );
}
