// The catalogue and the device: loaded once after the login, the same for every page.

import { computed, signal } from '@preact/signals';
import * as api from '~/api/client';
import type { Catalog, Device, Quantity, SettingRow } from '~/api/types';
import { zone } from '~/i18n/format';

export const catalog = signal<Catalog | null>(null);
export const device = signal<Device | null>(null);

const quantities = computed(() => new Map(catalog.value?.quantities.map((row) => [row.slug, row])));
const indices = computed(() => new Map(catalog.value?.points.map((point, index) => [point.path, index])));
const settingRows = computed(() => new Map(catalog.value?.settings.map((row) => [row.slug, row])));

/** Loads both. Throws the first problem. */
export async function loadCatalog(): Promise<void> {
  const [newCatalog, newDevice] = await Promise.all([api.catalog(), api.device()]);
  catalog.value = newCatalog;
  if (newCatalog.zone) zone.value = newCatalog.zone;
  device.value = newDevice;
}

/** After something has changed what the device is: a wiring, a name. */
export async function reloadDevice(): Promise<void> {
  device.value = await api.device();
}

export function quantityOf(slug: string): Quantity | undefined {
  return quantities.value.get(slug);
}

/** The quantity of a point's path. */
export function quantityOfPath(path: string): Quantity | undefined {
  return quantityOf(path.split('.')[0] ?? '');
}

/** A point's place in live frames. */
export function pointIndex(path: string): number | undefined {
  return indices.value.get(path);
}

export function settingRow(slug: string): SettingRow | undefined {
  return settingRows.value.get(slug);
}

/** Phases that the wiring system has; all three until the device is known. */
export const wiredPhases = computed<('l1' | 'l2' | 'l3')[]>(() => {
  switch (device.value?.wiring) {
    case '1p2w': return ['l1'];
    case '2p3w': return ['l1', 'l2'];
    default: return ['l1', 'l2', 'l3'];
  }
});
