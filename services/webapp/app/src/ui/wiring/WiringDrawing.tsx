// The wiring of the chosen system at the terminals: 1, 2, 3 and N from the grid, 4, 5, 6 to the load, 7 to 12
// for inputs, outputs and the bus. Drawn from `GET /device`, so it cannot differ from what the meter expects.

import './wiring.css';
import type { Terminal, WiringSystem } from '~/api/types';
import { t, tSlug, words, type Words } from '~/i18n';
import { wiringName } from '~/i18n/wirings';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';

const W = words({
  grid: ['Grid', 'Rete', 'Réseau', 'Netz'],
  load: ['Load', 'Carico', 'Charge', 'Last'],
  terminals: ['Terminals', 'Morsetti', 'Bornes', 'Klemmen'],
  unused: ['stays open', 'resta aperto', 'reste ouverte', 'bleibt offen'],
});

const USES: Record<string, Words> = words({
  'L1 in': ['L1 in', 'L1 ingresso', 'L1 entrée', 'L1 Eingang'],
  'L2 in': ['L2 in', 'L2 ingresso', 'L2 entrée', 'L2 Eingang'],
  'L3 in': ['L3 in', 'L3 ingresso', 'L3 entrée', 'L3 Eingang'],
  'L1 out': ['L1 out', 'L1 uscita', 'L1 sortie', 'L1 Ausgang'],
  'L2 out': ['L2 out', 'L2 uscita', 'L2 sortie', 'L2 Ausgang'],
  'L3 out': ['L3 out', 'L3 uscita', 'L3 sortie', 'L3 Ausgang'],
  neutral: ['Neutral', 'Neutro', 'Neutre', 'Neutralleiter'],
  'digital input +': ['Digital input +', 'Ingresso digitale +', 'Entrée numérique +', 'Digitaleingang +'],
  'digital input -': ['Digital input −', 'Ingresso digitale −', 'Entrée numérique −', 'Digitaleingang −'],
  'digital output a': ['Digital output a', 'Uscita digitale a', 'Sortie numérique a', 'Digitalausgang a'],
  'digital output b': ['Digital output b', 'Uscita digitale b', 'Sortie numérique b', 'Digitalausgang b'],
  'not connected': ['Not connected', 'Non collegato', 'Non raccordée', 'Nicht belegt'],
});

/** Places of the measuring terminals, in units of the drawing. */
const COLUMN: Record<string, number> = { 1: 56, 2: 106, 3: 156, N: 206, 4: 56, 5: 106, 6: 156 };
const TOP = 84;
const BOTTOM = 204;
const IO_FROM = 222;
const IO_STEP = 21;

/** The conductor at a measuring terminal: 1, 2, 3 lead to 4, 5, 6. */
function conductorAt({ phases, neutral }: WiringSystem, terminal: string): string | undefined {
  if (terminal === 'N') return neutral ? 'n' : undefined;
  const phase = `L${((Number(terminal) - 1) % 3) + 1}`;
  return Number(terminal) <= 6 && phases.includes(phase) ? phase.toLowerCase() : undefined;
}

export function WiringDrawing({ system, terminals }: { system: WiringSystem; terminals: readonly Terminal[] }) {
  const conductor = (terminal: string) => conductorAt(system, terminal);
  const separate = system.name === '3x1p';
  const io = [...new Set(terminals.filter(({ group }) => group === 'io').map(({ name }) => name))];
  const wires = Object.keys(COLUMN).flatMap((terminal) => {
    const known = conductor(terminal);
    return known ? [`${terminal} ${known.toUpperCase()}`] : [];
  });
  const title = `${wiringName(system.name)}: ${wires.join(', ')}`;
  return (
    <div class="stack">
      <svg class="wiring" viewBox="0 0 364 310" role="img" aria-label={title}>
        <text x="131" y="13" class="wiring-word">{t(W.grid)}</text>
        <rect x="26" y={TOP} width="326" height={BOTTOM - TOP} rx="4" class="wiring-case" />
        {['1', '2', '3'].map((terminal) => (
          <PhaseWire key={terminal} input={terminal} conductor={conductor(terminal)} />
        ))}
        <NeutralWire carried={system.neutral} />
        {Object.entries(COLUMN).map(([terminal, x]) => (
          <TerminalMark key={terminal} number={terminal} x={x} y={Number(terminal) >= 4 ? BOTTOM : TOP} used={conductor(terminal) !== undefined} />
        ))}
        {io.map((number, place) => <TerminalMark key={number} number={number} x={IO_FROM + IO_STEP * place} y={BOTTOM} used={false} small />)}
        {separate
          ? ['1', '2', '3'].map((terminal) => <LoadBox key={terminal} x={(COLUMN[terminal] ?? 0) - 21} width={42} text={`${t(W.load)} ${terminal}`} />)
          : <LoadBox x={30} width={202} text={t(W.load)} />}
      </svg>
      <TerminalList terminals={terminals} conductor={conductor} />
    </div>
  );
}

function PhaseWire({ input, conductor }: { input: string; conductor: string | undefined }) {
  if (!conductor) return null;
  const x = COLUMN[input] ?? 0;
  const stroke = `var(${phaseColour(conductor)})`;
  const dash = PHASE_DASH[conductor]?.join(' ');
  return (
    <g stroke={stroke} class="wiring-wire" aria-hidden="true">
      <path d={`M${x} 36V${TOP}`} stroke-dasharray={dash} />
      <path d={`M${x} ${TOP}V${BOTTOM}`} stroke-dasharray="2 4" />
      <circle cx={x} cy={(TOP + BOTTOM) / 2} r="11" fill="none" />
      <path d={`M${x} ${BOTTOM}V264`} stroke-dasharray={dash} />
      <path d={`M${x - 4} 54l4 8 4-8`} fill="none" stroke-width="2" />
      <text x={x} y="30" class="wiring-word" stroke="none">{conductor.toUpperCase()}</text>
    </g>
  );
}

/** The neutral passes by outside and is tapped. */
function NeutralWire({ carried }: { carried: boolean }) {
  if (!carried) return null;
  const x = COLUMN['N'] ?? 0;
  return (
    <g stroke="var(--n)" class="wiring-wire" stroke-dasharray={PHASE_DASH['n']?.join(' ')} aria-hidden="true">
      <path d={`M${x} 50V${TOP}`} />
      <path d={`M${x} 36V50H358V246H${x}V264`} fill="none" />
      <circle cx={x} cy="50" r="3" fill="var(--n)" />
      <text x={x} y="30" class="wiring-word" stroke="none">N</text>
    </g>
  );
}

function TerminalMark({ number, x, y, used, small = false }: { number: string; x: number; y: number; used: boolean; small?: boolean }) {
  const radius = small ? 8 : 11;
  return (
    <g class={used ? 'wiring-terminal wiring-used' : 'wiring-terminal'}>
      <circle cx={x} cy={y} r={radius} />
      <text x={x} y={y} class="wiring-number">{number}</text>
    </g>
  );
}

function LoadBox({ x, width, text }: { x: number; width: number; text: string }) {
  return (
    <g>
      <rect x={x} y="264" width={width} height="30" rx="4" class="wiring-load" />
      <text x={x + width / 2} y="279" class="wiring-word wiring-mid">{text}</text>
    </g>
  );
}

interface ListProps {
  terminals: readonly Terminal[];
  conductor: (terminal: string) => string | undefined;
}

function TerminalList({ terminals, conductor }: ListProps) {
  // A unit with both options, which only a twin has, uses a terminal twice.
  const uses = new Map<string, string[]>();
  for (const { name, use } of terminals) uses.set(name, [...(uses.get(name) ?? []), tSlug(USES, use, use)]);
  return (
    <div>
      <h3>{t(W.terminals)}</h3>
      <ul class="wiring-list">
        {[...uses].map(([name, list]) => {
          const unused = name in COLUMN && !conductor(name);
          return (
            <li key={name} class={unused ? 'dim' : undefined}>
              <b>{name}</b> {list.join(' / ')}{unused && ` – ${t(W.unused)}`}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
