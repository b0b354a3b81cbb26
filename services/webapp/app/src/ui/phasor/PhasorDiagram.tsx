// Voltages and currents on one diagram. Where they should lie is drawn as ghost sectors, so that a swapped or
// reversed current is seen before it is read. Voltages have full arrows and the outer scale, currents open
// arrows and a scale of their own.

import './phasor.css';
import type { LivePhasor, Phasors } from '~/api/types';
import { number } from '~/i18n/format';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';
import { at, sector, within, wrapped } from './geometry';

const PHASES = ['l1', 'l2', 'l3'] as const;
const OUTER = 100;
/** The largest current reaches here. */
const CURRENT = 74;
/** Half the width of the sector in which a voltage is expected. */
const VOLTAGE_DEG = 10;

interface Props {
  title: string;
  voltages: readonly LivePhasor[];
  currents: readonly LivePhasor[];
  expected: Phasors['expected'] | null;
}

/** Where a current lies: where loads of its phase draw theirs, where something may generate, or nowhere. */
export type Place = 'load' | 'generation' | 'nowhere';

/** The place of a current; null if no places are known for its phase. */
export function placeOf(expected: Props['expected'], phase: string, degrees: number): Place | null {
  const own = expected?.currents.filter((sector) => sector.phase === phase) ?? [];
  if (own.length === 0) return null;
  const found = own.find((sector) => within(degrees, sector.from_deg, sector.to_deg));
  if (!found) return 'nowhere';
  return found.generation ? 'generation' : 'load';
}

export function PhasorDiagram({ title, voltages, currents, expected }: Props) {
  const largest = (list: readonly LivePhasor[]) => Math.max(1e-9, ...list.map((phasor) => phasor?.[0] ?? 0));
  const [volts, amps] = [largest(voltages), largest(currents)];
  return (
    <svg class="phasors" viewBox="-128 -124 256 248" role="img" aria-label={title}>
      <circle r={OUTER} class="phasor-ring" />
      <circle r={CURRENT} class="phasor-ring phasor-ring-inner" />
      <path d="M-100 0H100M0-100V100" class="phasor-ring" />
      {[0, 90, 180, -90].map((degrees) => {
        const { x, y } = at(OUTER + 17, degrees);
        return <text key={degrees} x={x} y={y} class="phasor-scale">{number(degrees)}°</text>;
      })}
      <Ghosts expected={expected} />
      {PHASES.map((phase, place) => {
        const phasor = voltages[place];
        if (!phasor) return null;
        return <Arrow key={phase} phase={phase} label={`V${place + 1}`} radius={(phasor[0] / volts) * OUTER} degrees={phasor[1]} />;
      })}
      {PHASES.map((phase, place) => {
        const phasor = currents[place];
        if (!phasor || phasor[0] <= 0) return null;
        const wrong = placeOf(expected, phase, phasor[1]) === 'nowhere';
        const radius = (phasor[0] / amps) * CURRENT;
        return <Arrow key={phase} phase={phase} label={`I${place + 1}`} radius={radius} degrees={phasor[1]} open wrong={wrong} />;
      })}
    </svg>
  );
}

function Ghosts({ expected }: { expected: Props['expected'] }) {
  if (!expected) return null;
  return (
    <g>
      {expected.voltages_deg.map((degrees, place) => (
        <path
          key={place} class="phasor-ghost" fill={`var(${phaseColour(PHASES[place] ?? 'l1')})`}
          d={sector(CURRENT + 4, OUTER, degrees - VOLTAGE_DEG, degrees + VOLTAGE_DEG)}
        />
      ))}
      {expected.currents.filter((place) => !place.generation).map(({ phase, from_deg, to_deg }) => (
        <path key={phase} class="phasor-ghost" fill={`var(${phaseColour(phase)})`} d={sector(8, CURRENT, from_deg, to_deg)} />
      ))}
    </g>
  );
}

interface ArrowProps {
  phase: string;
  label: string;
  radius: number;
  degrees: number;
  open?: boolean;
  wrong?: boolean;
}

function Arrow({ phase, label, radius, degrees, open = false, wrong = false }: ArrowProps) {
  const colour = `var(${phaseColour(phase)})`;
  const tip = at(radius, degrees);
  const head = [at(radius - 9, degrees + 260 / Math.max(radius, 20)), at(radius - 9, degrees - 260 / Math.max(radius, 20))];
  const text = at(open ? Math.max(radius, 18) + 9 : radius + 12, degrees + (open ? -5 : 5));
  const path = `M${head[0]?.x} ${head[0]?.y}L${tip.x} ${tip.y}L${head[1]?.x} ${head[1]?.y}`;
  return (
    <g>
      <title>{`${label}: ${number(wrapped(degrees), 1)}°`}</title>
      <line
        x2={tip.x} y2={tip.y} stroke={colour} stroke-width={open ? 2 : 2.5}
        stroke-dasharray={PHASE_DASH[phase]?.join(' ')}
      />
      <path d={open ? path : `${path}Z`} stroke={colour} stroke-width="2" fill={open ? 'none' : colour} />
      {wrong && <circle cx={tip.x} cy={tip.y} r="7" class="phasor-wrong" />}
      <text x={text.x} y={text.y} class="phasor-label">{label}</text>
    </g>
  );
}
