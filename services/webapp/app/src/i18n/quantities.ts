// Names of quantities, scopes and registers by slug. What is not here keeps the catalogue's English name.

import { tSlug, words, type Words } from './index';
import { quantityOf } from '~/state/catalog';

const QUANTITIES: Record<string, Words> = words({
  voltage_ln: ['Voltage L-N', 'Tensione L-N', 'Tension L-N', 'Spannung L-N'],
  voltage_ll: ['Voltage L-L', 'Tensione L-L', 'Tension L-L', 'Spannung L-L'],
  current: ['Current', 'Corrente', 'Courant', 'Strom'],
  neutral_current: ['Neutral current', 'Corrente di neutro', 'Courant de neutre', 'Neutralleiterstrom'],
  active_power: ['Active power', 'Potenza attiva', 'Puissance active', 'Wirkleistung'],
  reactive_power: ['Reactive power', 'Potenza reattiva', 'Puissance réactive', 'Blindleistung'],
  apparent_power: ['Apparent power', 'Potenza apparente', 'Puissance apparente', 'Scheinleistung'],
  power_factor: ['Power factor', 'Fattore di potenza', 'Facteur de puissance', 'Leistungsfaktor'],
  frequency: ['Frequency', 'Frequenza', 'Fréquence', 'Frequenz'],
  thd_current: ['THD of current', 'THD della corrente', 'THD du courant', 'THD des Stroms'],
  thd_voltage_ln: ['THD of voltage L-N', 'THD della tensione L-N', 'THD de la tension L-N', 'THD der Spannung L-N'],
  thd_voltage_ll: ['THD of voltage L-L', 'THD della tensione L-L', 'THD de la tension L-L', 'THD der Spannung L-L'],
  phase_sequence: ['Phase sequence', 'Sequenza delle fasi', 'Ordre des phases', 'Drehfeld'],
  load_type: ['Load type', 'Tipo di carico', 'Type de charge', 'Lastart'],
  current_demand: ['Current demand', 'Domanda di corrente', 'Courant moyen', 'Strommittelwert'],
  current_demand_max: ['Maximum current demand', 'Domanda massima di corrente', 'Courant moyen maximal', 'Größter Strommittelwert'],
  active_power_demand: ['Active power demand', 'Domanda di potenza attiva', 'Puissance active moyenne', 'Wirkleistungsmittelwert'],
  active_power_demand_max: ['Maximum active power demand', 'Domanda massima di potenza attiva', 'Puissance active moyenne maximale', 'Größter Wirkleistungsmittelwert'],
  apparent_power_demand: ['Apparent power demand', 'Domanda di potenza apparente', 'Puissance apparente moyenne', 'Scheinleistungsmittelwert'],
  apparent_power_demand_max: ['Maximum apparent power demand', 'Domanda massima di potenza apparente', 'Puissance apparente moyenne maximale', 'Größter Scheinleistungsmittelwert'],
  active_energy_import: ['Active energy, import', 'Energia attiva, prelievo', 'Énergie active, soutirage', 'Wirkenergie, Bezug'],
  active_energy_export: ['Active energy, export', 'Energia attiva, immissione', 'Énergie active, injection', 'Wirkenergie, Lieferung'],
  reactive_energy_import: ['Reactive energy, import', 'Energia reattiva, prelievo', 'Énergie réactive, soutirage', 'Blindenergie, Bezug'],
  reactive_energy_export: ['Reactive energy, export', 'Energia reattiva, immissione', 'Énergie réactive, injection', 'Blindenergie, Lieferung'],
  apparent_energy: ['Apparent energy', 'Energia apparente', 'Énergie apparente', 'Scheinenergie'],
  run_hours_import: ['Run hours, import', 'Ore di lavoro, prelievo', 'Heures de marche, soutirage', 'Laststunden, Bezug'],
  run_hours_export: ['Run hours, export', 'Ore di lavoro, immissione', 'Heures de marche, injection', 'Laststunden, Lieferung'],
  operating_hours: ['Operating hours', 'Ore di funzionamento', 'Heures de service', 'Betriebsstunden'],
});

const SCOPES: Record<string, Words> = words({
  system: ['System', 'Sistema', 'Système', 'Gesamt'],
  l1: ['L1', 'L1', 'L1', 'L1'],
  l2: ['L2', 'L2', 'L2', 'L2'],
  l3: ['L3', 'L3', 'L3', 'L3'],
  l12: ['L1-L2', 'L1-L2', 'L1-L2', 'L1-L2'],
  l23: ['L2-L3', 'L2-L3', 'L2-L3', 'L2-L3'],
  l31: ['L3-L1', 'L3-L1', 'L3-L1', 'L3-L1'],
  n: ['N', 'N', 'N', 'N'],
});

const REGISTERS: Record<string, Words> = words({
  total: ['Total', 'Totale', 'Total', 'Gesamt'],
  partial: ['Partial', 'Parziale', 'Partiel', 'Teilzähler'],
  t1: ['Tariff 1', 'Tariffa 1', 'Tarif 1', 'Tarif 1'],
  t2: ['Tariff 2', 'Tariffa 2', 'Tarif 2', 'Tarif 2'],
  q1: ['Quadrant I', 'Quadrante I', 'Quadrant I', 'Quadrant I'],
  q2: ['Quadrant II', 'Quadrante II', 'Quadrant II', 'Quadrant II'],
  q3: ['Quadrant III', 'Quadrante III', 'Quadrant III', 'Quadrant III'],
  q4: ['Quadrant IV', 'Quadrante IV', 'Quadrant IV', 'Quadrant IV'],
  net_system: ['Netted over the phases', 'Saldo sul sistema', 'Compensé sur les phases', 'Über die Phasen saldiert'],
  net_phase: ['Each phase by itself', 'Fase per fase', 'Phase par phase', 'Je Phase gezählt'],
});

const AGGREGATES: Record<string, Words> = words({
  mean: ['mean', 'media', 'moyenne', 'Mittel'],
  min: ['minimum', 'minimo', 'minimum', 'Minimum'],
  min_at: ['time of the minimum', 'istante del minimo', 'instant du minimum', 'Zeit des Minimums'],
  max: ['maximum', 'massimo', 'maximum', 'Maximum'],
  max_at: ['time of the maximum', 'istante del massimo', 'instant du maximum', 'Zeit des Maximums'],
  sum: ['sum', 'somma', 'somme', 'Summe'],
  last: ['standing', 'valore finale', 'relevé', 'Stand'],
  delta: ['gain', 'incremento', 'gain', 'Zuwachs'],
});

export function quantityName(slug: string): string {
  return tSlug(QUANTITIES, slug, quantityOf(slug)?.name);
}

export function scopeName(slug: string): string {
  return tSlug(SCOPES, slug, slug.toUpperCase());
}

export function registerName(slug: string): string {
  return tSlug(REGISTERS, slug);
}

export function aggregateName(slug: string): string {
  return tSlug(AGGREGATES, slug);
}

/** `active_energy_import.t1.system` in words. */
export function pointName(path: string): string {
  const parts = path.split('.');
  const [quantity = path] = parts;
  const scope = parts.at(-1) ?? 'system';
  const register = parts.length > 2 ? parts[1] : undefined;
  const words = [quantityName(quantity)];
  if (register && register !== 'total') words.push(registerName(register));
  if (scope !== 'system') words.push(scopeName(scope));
  return words.join(' · ');
}
