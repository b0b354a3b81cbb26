// Remarks on values and reasons for their absence, by slug.

import { tSlug, words, type Words } from './index';

const QUALITIES: Record<string, Words> = words({
  good: ['good', 'valido', 'bonne', 'gut'],
  gap: ['samples missing', 'campioni mancanti', 'échantillons manquants', 'Abtastwerte fehlen'],
  clipped: ['clipped', 'saturato', 'écrêté', 'übersteuert'],
  over_range: ['over range', 'oltre il campo', 'hors gamme', 'über dem Bereich'],
  crest_factor: ['peak above 92 A', 'picco oltre 92 A', 'crête au-dessus de 92 A', 'Scheitel über 92 A'],
  under_range: ['under range', 'sotto il campo', 'sous la gamme', 'unter dem Bereich'],
  stale: ['too old', 'troppo vecchio', 'trop ancien', 'veraltet'],
  not_installed: ['not installed', 'non installato', 'non installé', 'nicht vorhanden'],
  not_wired: ['not wired', 'non cablato', 'non câblé', 'nicht verdrahtet'],
  rate_too_low: ['sample rate too low', 'campionamento insufficiente', 'échantillonnage insuffisant', 'Abtastrate zu klein'],
  no_signal: ['no signal', 'nessun segnale', 'pas de signal', 'kein Signal'],
  settling: ['not complete yet', 'non ancora completo', 'pas encore complet', 'noch nicht vollständig'],
  sensor_fault: ['sensor fault', 'guasto del sensore', 'défaut du capteur', 'Sensorfehler'],
  bus_timeout: ['bus time-out', 'timeout del bus', 'bus sans réponse', 'Bus antwortet nicht'],
  // Reasons of this page and not of the device.
  unknown: ['not received yet', 'non ancora ricevuto', 'pas encore reçu', 'noch nicht empfangen'],
});

/** Remarks that leave a value standing. */
const REMARKS = new Set(['gap', 'clipped', 'over_range', 'crest_factor', 'under_range', 'stale']);

export function qualityName(slug: string): string {
  return tSlug(QUALITIES, slug);
}

export function isRemark(slug: string): boolean {
  return REMARKS.has(slug);
}
