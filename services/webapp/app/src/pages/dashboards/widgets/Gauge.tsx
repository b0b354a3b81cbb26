// A gauge: where a value lies on a scale. Below zero it has the hue of export, and the number its sign.

import { pointName } from '~/i18n/quantities';
import { reading } from '~/state/live';
import { Reading } from '~/ui/Reading';
import { formatOf, showText } from '~/ui/value';
import type { WidgetProps } from './Now';

/** Half the angle of the dial. */
const HALF_DEG = 110;
const RADIUS = 80;

function at(radius: number, share: number): string {
  const angle = ((share * 2 - 1) * HALF_DEG * Math.PI) / 180;
  return `${(radius * Math.sin(angle)).toFixed(1)} ${(-radius * Math.cos(angle)).toFixed(1)}`;
}

function arc(from: number, to: number): string {
  const large = Math.abs(to - from) * 2 * HALF_DEG > 180 ? 1 : 0;
  return `M${at(RADIUS, from)}A${RADIUS} ${RADIUS} 0 ${large} ${to > from ? 1 : 0} ${at(RADIUS, to)}`;
}

export function GaugeWidget({ options, meter, title, height }: WidgetProps) {
  const path = options.points[0] ?? '';
  const quantity = path.split('.')[0] ?? '';
  const live = reading(meter, path);
  const { min, max } = options;
  const share = (value: number) => Math.min(1, Math.max(0, (value - min) / (max - min)));
  const format = { ...formatOf(quantity), decimals: 0 };
  const zero = share(0);
  const outside = live.value !== null && (live.value < min || live.value > max);
  return (
    <div class="widget-gauge">
      <h3>{title}</h3>
      <svg
        viewBox="-100 -92 200 140" class={live.age_s === null ? 'gauge' : 'gauge gauge-stale'} role="img"
        aria-label={`${pointName(path)}: ${showText(live.value, formatOf(quantity))}`} style={{ maxHeight: `${Math.max(60, height - 76)}px` }}
      >
        <path d={arc(0, 1)} class="gauge-scale" />
        {live.value !== null && share(live.value) !== zero && (
          <path d={arc(zero, share(live.value))} class="gauge-value" style={{ stroke: `var(${live.value < 0 ? '--export' : '--import'})` }} />
        )}
        {min < 0 && max > 0 && <path d={`M${at(66, zero)}L${at(94, zero)}`} class="gauge-mark" />}
        {live.value !== null && <path d={`M${at(52, share(live.value))}L${at(90, share(live.value))}`} class={outside ? 'gauge-needle gauge-outside' : 'gauge-needle'} />}
        <text x="-75" y="44" class="gauge-text">{showText(min, format)}</text>
        <text x="75" y="44" class="gauge-text">{showText(max, format)}</text>
      </svg>
      <Reading live={live} quantity={quantity} size="m" />
    </div>
  );
}
