// Bars of the harmonics: for each order one bar a phase, limits as marks above them.

import { number } from '~/i18n/format';
import { phaseColour } from '~/ui/Phase';
import { useWidth } from '~/ui/useWidth';
import { channelPhase } from '../scope/trace';

export interface BarChannel {
  role: string;
  percent: (number | null)[];
}

interface Props {
  title: string;
  orders: readonly number[];
  channels: readonly BarChannel[];
  limits: readonly (number | null)[];
  logarithmic: boolean;
}

const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 14;
/** The logarithmic axis begins here: less is noise. */
const LOG_MIN = 0.01;

/** From percent to a share of the height. */
function scale(largest: number, logarithmic: boolean): (percent: number) => number {
  if (!logarithmic) return (percent) => percent / largest;
  const decades = Math.log10(largest / LOG_MIN);
  return (percent) => Math.max(0, Math.log10(Math.max(percent, LOG_MIN) / LOG_MIN) / decades);
}

function ticks(largest: number, logarithmic: boolean): number[] {
  if (logarithmic) return [0.01, 0.1, 1, 10, 100].filter((tick) => tick <= largest);
  return [0, 0.25, 0.5, 0.75, 1].map((share) => share * largest);
}

function niceCeiling(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * decade).find((step) => step >= value) ?? value;
}

export function Bars({ title, orders, channels, limits, logarithmic }: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  // The fundamental is always 100 % and would flatten all others.
  const shown = orders.map((order, index) => ({ order, index })).filter(({ order }) => order > 1);
  const values = channels.flatMap(({ percent }) => shown.map(({ index }) => percent[index] ?? 0));
  const largest = logarithmic ? 100 : niceCeiling(Math.max(1, ...values, ...limits.map((limit) => limit ?? 0)));
  const share = scale(largest, logarithmic);
  const y = (percent: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, share(percent)));
  const slot = Math.max(1, (width - LEFT) / Math.max(1, shown.length));
  const bar = Math.max(1, (slot * 0.8) / Math.max(1, channels.length));
  return (
    <div ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={title}>
        {ticks(largest, logarithmic).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} class="bars-grid" />
            <text x={LEFT - 6} y={y(tick) + 4} class="bars-text" text-anchor="end">{number(tick, tick >= 1 || tick === 0 ? (tick % 1 ? 1 : 0) : 2)} %</text>
          </g>
        ))}
        {shown.map(({ order, index }, place) => {
          const x = LEFT + slot * place + slot * 0.1;
          const limit = limits[index] ?? null;
          const over = limit !== null && channels.some(({ percent }) => (percent[index] ?? 0) > limit);
          return (
            <g key={order}>
              {channels.map(({ role, percent }, channel) => {
                const value = percent[index] ?? null;
                if (value === null) return null;
                return (
                  <rect
                    key={role} x={x + bar * channel} width={Math.max(0.5, bar - 0.5)} y={y(value)} height={Math.max(0, HEIGHT - BOTTOM - y(value))}
                    fill={`var(${phaseColour(channelPhase(role))})`}
                  />
                );
              })}
              {limit !== null && <line x1={x - 1} x2={x + slot * 0.8 + 1} y1={y(limit)} y2={y(limit)} class="bars-limit" />}
              {over && limit !== null && <text x={x + slot * 0.4} y={y(Math.max(limit, ...channels.map(({ percent }) => percent[index] ?? 0))) - 3} class="bars-over">!</text>}
              {(slot > 18 || order % 2 === 1) && (slot > 9 || order % 4 === 3) && (
                <text x={x + slot * 0.4} y={HEIGHT - 8} class="bars-text" text-anchor="middle">{order}</text>
              )}
            </g>
          );
        })}
        <line x1={LEFT} x2={width} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} class="bars-axis" />
      </svg>
    </div>
  );
}
