// Sources to the left, what takes to the right, a busbar between. Widths are to one scale; the thinnest is still
// one dot, so that nothing vanishes.

import { formatOf, showText } from '~/ui/value';
import { useWidth } from '~/ui/useWidth';
import type { Balance, Part } from './balance';

/** Height of the busbar, and the least height of a name. */
const BUS_PX = 220;
const NAME_PX = 36;

interface Placed {
  part: Part;
  /** Middle at the side, and top at the busbar. */
  y: number;
  bus: number;
  thick: number;
}

function place(parts: readonly Part[], perWatt: number): { placed: Placed[]; height: number } {
  let [side, bus] = [0, 0];
  const placed = parts.map((part) => {
    const thick = Math.max(1, part.watts * perWatt);
    const room = Math.max(NAME_PX, thick + 6);
    const made = { part, y: side + room / 2, bus, thick };
    side += room;
    bus += thick;
    return made;
  });
  return { placed, height: side };
}

/** What is taken from the grid and what loads take has the hue of import; what is generated or given, of export. */
function colour({ kind, stale }: Part, leaves: boolean): string {
  if (stale) return 'var(--line-strong)';
  const isImport = (kind === 'grid') !== leaves;
  return isImport ? 'var(--import)' : 'var(--export)';
}

export function Sankey({ title, balance }: { title: string; balance: Balance }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const sum = (parts: readonly Part[]) => parts.reduce((total, { watts }) => total + watts, 0);
  const perWatt = BUS_PX / Math.max(1, sum(balance.sources), sum(balance.sinks));
  const left = place(balance.sources, perWatt);
  const right = place(balance.sinks, perWatt);
  const height = Math.max(BUS_PX, left.height, right.height) + 8;
  const margin = Math.min(190, width * 0.34);
  const middle = width / 2;
  const busTop = (height - BUS_PX) / 2;
  const shift = (column: { height: number }) => (height - column.height) / 2;
  return (
    <div ref={box}>
      <svg width={width} height={height} role="img" aria-label={title}>
        {left.placed.map((item) => (
          <Ribbon key={item.part.key} item={item} from={margin} to={middle - 5} y={item.y + shift(left)} bus={item.bus + busTop} fill={colour(item.part, false)} />
        ))}
        {right.placed.map((item) => (
          <Ribbon key={item.part.key} item={item} from={width - margin} to={middle + 5} y={item.y + shift(right)} bus={item.bus + busTop} fill={colour(item.part, true)} />
        ))}
        <rect x={middle - 5} y={busTop} width="10" height={BUS_PX} fill="var(--ink)" />
        {left.placed.map((item) => <Label key={item.part.key} part={item.part} x={0} y={item.y + shift(left)} anchor="start" />)}
        {right.placed.map((item) => <Label key={item.part.key} part={item.part} x={width} y={item.y + shift(right)} anchor="end" />)}
      </svg>
    </div>
  );
}

interface RibbonProps {
  item: Placed;
  from: number;
  to: number;
  y: number;
  bus: number;
  fill: string;
}

function Ribbon({ item: { thick }, from, to, y, bus, fill }: RibbonProps) {
  const bend = (from + to) / 2;
  const [top, low] = [y - thick / 2, y + thick / 2];
  const path = `M${from} ${top}C${bend} ${top} ${bend} ${bus} ${to} ${bus}V${bus + thick}C${bend} ${bus + thick} ${bend} ${low} ${from} ${low}Z`;
  return <path d={path} fill={fill} fill-opacity="0.55" />;
}

function Label({ part, x, y, anchor }: { part: Part; x: number; y: number; anchor: 'start' | 'end' }) {
  const value = showText(part.watts, { ...formatOf('active_power'), signed: false });
  return (
    <g opacity={part.stale ? 0.6 : 1}>
      <text x={x} y={y - 6} class="flow-name" text-anchor={anchor}>{part.name}</text>
      <text x={x} y={y + 8} class="flow-value" text-anchor={anchor}>{value}</text>
    </g>
  );
}
