// What flows now and which way, by phase and as a whole.

import { t } from '~/i18n';
import { quantityName } from '~/i18n/quantities';
import { wiredPhases } from '~/state/catalog';
import { reading } from '~/state/live';
import { chosen } from '~/state/meter';
import { FlowWord, directionOf } from '~/ui/Flow';
import { PhaseMark } from '~/ui/Phase';
import { Age, Reading } from '~/ui/Reading';
import { W } from './words';

export function Now() {
  const { meter, scope } = chosen.value;
  const power = reading(meter, `active_power.${scope}`);
  const direction = directionOf(power.value);
  const facts: [label: string, quantity: string, path: string][] = [
    [t(W.voltage), 'voltage_ln', `voltage_ln.${scope}`],
    [t(W.current), 'current', `current.${scope}`],
    [t(W.pf), 'power_factor', `power_factor.${scope}`],
    [quantityName('frequency'), 'frequency', 'frequency.system'],
  ];
  return (
    <section class="panel home-now">
      <h2 class="hidden-text">{t(W.now)}</h2>
      <div class="home-now-main">
        <span class="row">
          {power.value !== null && <FlowWord direction={direction} />}
          <Age live={power} />
        </span>
        <span class={direction === 'idle' ? undefined : `is-${direction}`}>
          <Reading live={power} quantity="active_power" size="l" hideAge />
        </span>
      </div>
      {scope === 'system' && wiredPhases.value.length > 1 && (
        <div class="home-phases">
          {wiredPhases.value.map((phase) => (
            <div key={phase} class="home-cell">
              <PhaseMark scope={phase} label={phase.toUpperCase()} />
              <span class="home-cell-value"><Reading live={reading(meter, `active_power.${phase}`)} quantity="active_power" hideAge /></span>
            </div>
          ))}
        </div>
      )}
      <div class="home-facts">
        {facts.map(([label, quantity, path]) => (
          <div key={path} class="home-cell">
            <span class="dim" title={quantityName(quantity)}>{label}</span>
            <span class="home-cell-value"><Reading live={reading(meter, path)} quantity={quantity} hideAge /></span>
          </div>
        ))}
      </div>
    </section>
  );
}
