// Phasors of the chosen meter with the verdict on its wiring.

import { chosen } from '~/state/meter';
import { LivePhasors } from '~/ui/phasor/LivePhasors';
import { WiringVerdict } from '~/ui/wiring/WiringVerdict';

export function PhasorView() {
  const { meter } = chosen.value;
  return (
    <section class="panel stack">
      <WiringVerdict key={`wiring ${meter}`} meter={meter} />
      <LivePhasors key={meter} meter={meter} />
    </section>
  );
}
