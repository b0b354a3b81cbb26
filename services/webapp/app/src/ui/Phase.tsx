// A phase is told by label, dash and colour together, so that it reads in grey and in any set of colours.

/** Dashes in pixels, for charts and marks. L1 is solid. */
export const PHASE_DASH: Record<string, number[]> = {
  l1: [],
  l2: [9, 4],
  l3: [3, 3],
  n: [9, 3, 3, 3],
  system: [],
  l12: [9, 4],
  l23: [3, 3],
  l31: [],
};

/** Token of a phase; a pair has the colour of its first phase. */
export function phaseColour(scope: string): string {
  switch (scope) {
    case 'l1': case 'l12': return '--l1';
    case 'l2': case 'l23': return '--l2';
    case 'l3': case 'l31': return '--l3';
    case 'n': return '--n';
    default: return '--ink';
  }
}

/** The sample of a phase's line beside its label. */
export function PhaseMark({ scope, label }: { scope: string; label: string }) {
  return (
    <span class="phase-mark">
      <svg width="22" height="10" aria-hidden="true">
        <line
          x1="1" y1="5" x2="21" y2="5" stroke-width="3"
          stroke={`var(${phaseColour(scope)})`}
          stroke-dasharray={PHASE_DASH[scope]?.join(' ')}
        />
      </svg>
      {label}
    </span>
  );
}
