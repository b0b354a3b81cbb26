// The newest image of the device, and how old it is. A value is given out with its age and its reason;
// that nothing comes any more makes every value stale, and no page has to think of it.

import { computed, signal } from '@preact/signals';
import { LiveConnection } from '~/api/live';
import type { LiveImage, LiveMeter } from '~/api/types';
import { pointIndex } from './catalog';
import { refreshSession } from './session';

export const image = signal<LiveImage | null>(null);
/** Whether there is an image at all; unlike the image it changes once. */
export const haveImage = computed(() => image.value !== null);
export type Link = 'connecting' | 'open' | 'broken';
export const link = signal<Link>('connecting');
/** Seconds since the last frame, once that is too long; null while values are fresh. */
export const silence = signal<number | null>(null);

/** Fifteen windows: longer than a hiccup, shorter than a doubt. */
const FRESH_MS = 3000;

let lastFrameAt = 0;
let watch: number | undefined;

const connection = new LiveConnection({
  image(frame) {
    lastFrameAt = performance.now();
    if (silence.peek() !== null) silence.value = null;
    image.value = frame;
  },
  open() {
    link.value = 'open';
  },
  broken() {
    link.value = 'broken';
    // The handshake's 401 is hidden from scripts; asking who I am tells it.
    void refreshSession();
  },
});

export function startLive(): void {
  lastFrameAt = performance.now();
  connection.start();
  clearInterval(watch);
  watch = window.setInterval(tellSilence, 1000);
}

/** Nothing comes any more, and what there is grows old before the user's eyes. */
export function stopLive(): void {
  connection.stop();
}

/** Another user, or none, begins with an empty page. */
export function forgetLive(): void {
  connection.stop();
  clearInterval(watch);
  image.value = null;
  silence.value = null;
}

function tellSilence(): void {
  if (document.visibilityState !== 'visible') return;
  const quiet = performance.now() - lastFrameAt;
  silence.value = quiet > FRESH_MS ? Math.round(quiet / 1000) : null;
}

/** A value, or why there is none; `age_s` is set if it is stale. */
export interface Live {
  value: number | null;
  quality: string;
  age_s: number | null;
}

const UNKNOWN: Live = { value: null, quality: 'unknown', age_s: null };

export const liveMeters = computed(() => new Map(image.value?.meters.map((meter) => [meter.id, meter])));

export function liveMeter(id: string): LiveMeter | undefined {
  return liveMeters.value.get(id);
}

/** The reading of one point of one meter. */
export function reading(meterId: string, path: string): Live {
  const meter = liveMeter(meterId);
  const index = pointIndex(path);
  if (!meter || index === undefined) return UNKNOWN;
  const remark = meter.qualities.find(([at]) => at === index);
  return { value: meter.values[index] ?? null, quality: remark?.[1] ?? 'good', age_s: ageOf(meter) };
}

/** A meter behind the bus lags by more than the windows of a round when it no longer answers. */
function ageOf(meter: LiveMeter): number | null {
  if (silence.value !== null) return silence.value;
  const behind = (Date.parse(image.value?.time ?? '') - Date.parse(meter.time)) / 1000;
  return behind > FRESH_MS / 1000 ? behind : null;
}

/** A reading of a load by its place in `GET /loads`. */
export function loadReading(place: number): { power: Live; energy: Live } {
  const load = image.value?.loads[place];
  if (!load) return { power: UNKNOWN, energy: UNKNOWN };
  const age_s = silence.value;
  return {
    power: { value: load.p, quality: load.q, age_s },
    energy: { value: load.e, quality: load.q, age_s },
  };
}
