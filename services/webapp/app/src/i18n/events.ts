// Kinds of events, warnings and sources of alarms by slug. The texts themselves are the device's.

import { tSlug, words, type Words } from './index';

const KINDS: Record<string, Words> = words({
  start: ['Start', 'Avvio', 'Démarrage', 'Start'],
  stop: ['Stop', 'Arresto', 'Arrêt', 'Halt'],
  command: ['Command', 'Comando', 'Commande', 'Befehl'],
  clock: ['Clock', 'Orologio', 'Horloge', 'Uhr'],
  module: ['Module', 'Modulo', 'Module', 'Modul'],
  wiring: ['Wiring', 'Cablaggio', 'Câblage', 'Anschluss'],
  store: ['Store', 'Archivio', 'Archive', 'Speicher'],
  converter: ['Converter', 'Convertitore', 'Convertisseur', 'Wandler'],
  alarm: ['Alarm', 'Allarme', 'Alarme', 'Alarm'],
  surroundings: ['Surroundings', 'Ambiente', 'Environnement', 'Umgebung'],
  access: ['Access', 'Accesso', 'Accès', 'Zugriff'],
  warning: ['Warning', 'Avviso', 'Avertissement', 'Warnung'],
});

const WARNINGS: Record<string, Words> = words({
  temperature: ['Temperature out of limits', 'Temperatura fuori limiti', 'Température hors limites', 'Temperatur außerhalb der Grenzen'],
  altitude: ['Altitude out of limits', 'Altitudine fuori limiti', 'Altitude hors limites', 'Höhe außerhalb der Grenzen'],
  humidity: ['Humidity out of limits', 'Umidità fuori limiti', 'Humidité hors limites', 'Feuchte außerhalb der Grenzen'],
  supply: ['Supply out of limits', 'Alimentazione fuori limiti', 'Alimentation hors limites', 'Versorgung außerhalb der Grenzen'],
  input_undefined: ['Digital input neither open nor closed', 'Ingresso né aperto né chiuso', 'Entrée ni ouverte ni fermée', 'Eingang weder offen noch geschlossen'],
  output_overload: ['Digital output overloaded', 'Uscita sovraccarica', 'Sortie surchargée', 'Ausgang überlastet'],
});

export function eventKindName(slug: string): string {
  return tSlug(KINDS, slug);
}

export function warningName(slug: string): string {
  return tSlug(WARNINGS, slug);
}
