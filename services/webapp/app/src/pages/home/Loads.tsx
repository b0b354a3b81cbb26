// What each load takes, in a fixed order, so that rows never change places. Bars are to one scale.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { image, loadReading } from '~/state/live';
import { nameOfMeter } from '~/state/meter';
import { useResource } from '~/state/resource';
import { Reading } from '~/ui/Reading';
import { Empty, Loaded } from '~/ui/states';

export function Loads() {
  const loads = useResource('loads', api.loads);
  const powers = image.value?.loads.map(({ p }) => Math.abs(p ?? 0)) ?? [];
  const largest = Math.max(1, ...powers);
  return (
    <section class="panel home-loads" tabIndex={0} aria-label={t(Common.loads)}>
      <div class="panel-head"><h2>{t(Common.loads)}</h2></div>
      <Loaded resource={loads} height={240}>
        {(list) => list.length === 0 ? <Empty /> : (
          <ul class="home-loads-list">
            {list.map(({ meter, name, phases }, place) => (
              <li key={`${meter}${phases.join()}`} class="home-load">
                <span class="home-load-name">{meter === 'main' && phases.length > 1 ? nameOfMeter('main') : name || meter}</span>
                <Bar watts={image.value?.loads[place]?.p ?? null} largest={largest} />
                <Reading live={loadReading(place).power} quantity="active_power" hideAge />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function Bar({ watts, largest }: { watts: number | null; largest: number }) {
  const share = Math.min(100, (100 * Math.abs(watts ?? 0)) / largest);
  const colour = (watts ?? 0) < 0 ? 'var(--export)' : 'var(--import)';
  return (
    <svg class="home-load-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width={share} height="8" fill={colour} />
    </svg>
  );
}
