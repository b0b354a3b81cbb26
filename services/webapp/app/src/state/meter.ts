// The meter or load being looked at: chosen once, at the top, kept in the address across pages.
// `main`, `esy3`, or `main.l2` for a single-phase load of a meter with several.

import { computed } from '@preact/signals';
import type { MeterInfo, Scope } from '~/api/types';
import { parameter, setParameters } from '~/router';
import { device } from './catalog';
import { t } from '~/i18n';
import { W } from '~/i18n/common';

export interface Chosen {
  /** As in the address. */
  key: string;
  meter: string;
  /** `system`, or the phase of a single-phase load. */
  scope: Scope;
}

export const chosen = computed<Chosen>(() => {
  const key = parameter('meter') ?? 'main';
  const [meter = 'main', scope] = key.split('.');
  const known = !device.value || device.value.meters.some((row) => row.id === meter);
  if (!known) return { key: 'main', meter: 'main', scope: 'system' };
  return { key, meter, scope: scope === 'l1' || scope === 'l2' || scope === 'l3' ? scope : 'system' };
});

export function chooseMeter(key: string): void {
  setParameters({ meter: key === 'main' ? null : key });
}

export interface Choice {
  key: string;
  name: string;
  info: MeterInfo;
}

/** Everything that can be chosen: the meters, and the single-phase loads of the main meter. */
export const choices = computed<Choice[]>(() => {
  const known = device.value;
  if (!known) return [];
  return known.meters.flatMap((info) => {
    const whole: Choice = { key: info.id, name: meterName(info), info };
    if (info.id !== 'main' || known.wiring !== '3x1p') return [whole];
    const phases = ['l1', 'l2', 'l3'].map((phase) => {
      return { key: `main.${phase}`, name: `${t(W.load)} ${phase.toUpperCase()}`, info };
    });
    return [whole, ...phases];
  });
});

/** Its name; the main meter need not have one. */
export function meterName(info: MeterInfo): string {
  if (info.name) return info.name;
  return info.id === 'main' ? t(W.main_meter) : info.id.toUpperCase();
}

/** A meter's name by its id. */
export function nameOfMeter(id: string): string {
  const info = device.value?.meters.find((row) => row.id === id);
  return info ? meterName(info) : id;
}
