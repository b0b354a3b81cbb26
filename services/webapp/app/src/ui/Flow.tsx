// Which way the energy flows, told by sign, word and hue; never by hue alone.

import { t } from '~/i18n';
import { W } from '~/i18n/common';
import { Icon } from './Icon';

export type Direction = 'import' | 'export' | 'idle';

/** Below this it is noise: a quarter of the starting current at 230 V. */
const IDLE_W = 1;

export function directionOf(powerW: number | null): Direction {
  if (powerW === null || Math.abs(powerW) < IDLE_W) return 'idle';
  return powerW > 0 ? 'import' : 'export';
}

export function FlowWord({ direction }: { direction: Direction }) {
  if (direction === 'idle') return <span class="flow dim">{t(W.idle)}</span>;
  return (
    <span class={`flow is-${direction}`}>
      <Icon name={direction === 'import' ? 'arrow-in' : 'arrow-out'} />
      {t(W[direction])}
    </span>
  );
}
