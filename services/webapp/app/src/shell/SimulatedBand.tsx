// Always there while the values are made up: which scenario, which seed, how fast.

import './band.css';
import { t, words } from '~/i18n';
import { number } from '~/i18n/format';
import { device } from '~/state/catalog';
import { image } from '~/state/live';

const W = words({
  simulated: ['SIMULATED', 'SIMULATO', 'SIMULÉ', 'SIMULIERT'],
  seed: ['seed {n}', 'seme {n}', 'graine {n}', 'Startwert {n}'],
  realtime: ['real time', 'tempo reale', 'temps réel', 'Echtzeit'],
  max: ['as fast as possible', 'alla massima velocità', 'aussi vite que possible', 'so schnell wie möglich'],
  paused: ['paused', 'in pausa', 'en pause', 'angehalten'],
});

export function paceText(speed: string | number): string {
  if (speed === 'realtime') return t(W.realtime);
  if (speed === 'max') return t(W.max);
  const factor = Number(speed);
  if (factor === 0) return t(W.paused);
  return Number.isFinite(factor) ? `× ${number(factor, Number.isInteger(factor) ? 0 : 2)}` : String(speed);
}

export function SimulatedBand() {
  const twin = image.value?.twin;
  const scenario = twin?.scenario ?? device.value?.title ?? '';
  const seed = twin?.seed ?? device.value?.seed;
  const parts = [scenario];
  if (seed !== undefined) parts.push(t(W.seed, { n: seed }));
  if (twin) parts.push(paceText(twin.speed));
  return (
    <aside class="band" aria-label={t(W.simulated)}>
      <strong>{t(W.simulated)}</strong>
      <span class="band-text">{parts.filter(Boolean).join(' · ')}</span>
    </aside>
  );
}
