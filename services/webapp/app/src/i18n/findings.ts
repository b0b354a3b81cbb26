// What the check of the wiring finds, in words. The slug is composed of parts (`l1_l2_swapped`,
// `l3_reversed`, `l2_l3_l1_rotated_l3_reversed`), so the sentence is composed as well.

import { language, t, words } from './index';

const W = words({
  ok: ['No fault of the wiring is seen', 'Nessun errore di cablaggio rilevato', "Aucun défaut de câblage n'est vu", 'Kein Anschlussfehler erkennbar'],
  no_signal: ['Nothing to judge the wiring by', 'Nulla su cui giudicare il cablaggio', 'Rien ne permet de juger le câblage', 'Nichts, woran der Anschluss zu prüfen wäre'],
  sequence_reversed: [
    'The voltages turn L1-L3-L2: two of them are exchanged', 'Le tensioni ruotano L1-L3-L2: due sono scambiate',
    'Les tensions tournent L1-L3-L2 : deux sont inversées', 'Die Spannungen drehen L1-L3-L2: zwei sind vertauscht'],
  neutral_open: [
    'Ambiguous: the neutral terminal is open, or the grid has no zero sequence',
    'Ambiguo: il morsetto di neutro è aperto, o la rete non ha sequenza omopolare',
    "Ambigu : la borne de neutre est ouverte, ou le réseau n'a pas de composante homopolaire",
    'Mehrdeutig: die Neutralleiterklemme ist offen, oder das Netz hat kein Nullsystem'],
  unexplained: [
    'No exchange and no reversal explains the currents', 'Nessuno scambio o inversione spiega le correnti',
    "Aucun échange ni aucune inversion n'explique les courants", 'Keine Vertauschung oder Umkehrung erklärt die Ströme'],
  ambiguous: [
    'More than one fault explains the currents', 'Più di un errore spiega le correnti',
    "Plus d'un défaut explique les courants", 'Mehr als ein Fehler erklärt die Ströme'],
  as_connected: ['As connected', 'Come collegato', 'Tel que raccordé', 'Wie angeschlossen'],
  missing: ['No voltage on {list}', 'Tensione assente su {list}', 'Pas de tension sur {list}', 'Keine Spannung an {list}'],
  swapped: ['{list} are exchanged', '{list} sono scambiate', '{list} sont inversés', '{list} sind vertauscht'],
  rotated: [
    'The inputs 1, 2 and 3 carry {list}', 'Gli ingressi 1, 2 e 3 portano {list}',
    'Les entrées 1, 2 et 3 portent {list}', 'Die Eingänge 1, 2 und 3 führen {list}'],
  reversed: ['Direction reversed: {list}', 'Verso invertito: {list}', 'Sens inversé : {list}', 'Richtung verkehrt: {list}'],
});

type Part = 'missing' | 'swapped' | 'rotated' | 'reversed';

function listed(phases: string[]): string {
  const names = phases.map((phase) => phase.toUpperCase());
  return new Intl.ListFormat(language.value, { type: 'conjunction' }).format(names);
}

function isKey(slug: string): slug is keyof typeof W {
  return slug in W;
}

/** A finding or a correction in words; `fallback` is the server's sentence. */
export function findingText(slug: string, fallback?: string): string {
  if (isKey(slug)) return t(W[slug]);
  const parts: string[] = [];
  let phases: string[] = [];
  for (const word of slug.split('_')) {
    if (/^l[123]$/.test(word)) {
      phases.push(word);
    } else if (['missing', 'swapped', 'rotated', 'reversed'].includes(word) && phases.length > 0) {
      parts.push(t(W[word as Part], { list: listed(phases) }));
      phases = [];
    } else {
      return fallback ?? slug;
    }
  }
  return parts.join('; ') || (fallback ?? slug);
}

/** Findings that are no fault. */
export function isFault(slug: string): boolean {
  return slug !== 'ok' && slug !== 'no_signal' && slug !== 'unexplained' && slug !== '';
}
