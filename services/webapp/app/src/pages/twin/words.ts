import { words, type Words } from '~/i18n';

export const W = words({
  scenario: ['Scenario', 'Scenario', 'Scénario', 'Szenario'],
  seed: ['Seed', 'Seme', 'Graine', 'Startwert'],
  begins: ['Begins', 'Inizio', 'Début', 'Beginn'],
  position: ['Position', 'Posizione', 'Position', 'Position'],
  of: ['{at} of {all}', '{at} di {all}', '{at} sur {all}', '{at} von {all}'],
  windows: ['Windows', 'Finestre', 'Fenêtres', 'Fenster'],
  samples: ['Samples', 'Campioni', 'Échantillons', 'Abtastwerte'],
  digest: ['Digest', 'Impronta', 'Empreinte', 'Prüfsumme'],
  digest_help: [
    'The same scenario, seed and software give the same digest.', 'Stesso scenario, seme e software danno la stessa impronta.',
    'Les mêmes scénario, graine et logiciel donnent la même empreinte.', 'Gleiches Szenario, gleicher Startwert und gleiche Software ergeben dieselbe Prüfsumme.'],
  pace: ['Pace', 'Andatura', 'Allure', 'Tempo'],
  realtime: ['Real time', 'Tempo reale', 'Temps réel', 'Echtzeit'],
  max: ['Fastest', 'Massima', 'Maximale', 'Schnellstes'],
  inject: ['Inject', 'Inietta', 'Injecter', 'Einspielen'],
  injections: ['Faults and changes', 'Guasti e cambiamenti', 'Défauts et changements', 'Fehler und Änderungen'],
  none: ['This run offers nothing to inject.', 'Questa esecuzione non offre nulla da iniettare.', "Cette exécution n'offre rien à injecter.", 'Dieser Lauf bietet nichts zum Einspielen.'],
  effect: ['Effect', 'Effetto', 'Effet', 'Wirkung'],
  effect_summary: [
    'Voltages and active power of the last {s} s, as they arrive.', 'Tensioni e potenza attiva degli ultimi {s} s, come arrivano.',
    'Tensions et puissance active des {s} dernières secondes, à leur arrivée.', 'Spannungen und Wirkleistung der letzten {s} s, wie sie eintreffen.'],
  events: ['What happens', 'Che cosa accade', 'Ce qui se passe', 'Was geschieht'],
  kind: ['Kind', 'Tipo', 'Genre', 'Art'],
  none_events: ['Nothing has been injected, and the timetable is empty.', "Nulla è stato iniettato e l'orario è vuoto.", "Rien n'a été injecté et l'horaire est vide.", 'Nichts wurde eingespielt, und der Zeitplan ist leer.'],
  text: ['The scenario’s file', 'Il file dello scenario', 'Le fichier du scénario', 'Die Datei des Szenarios'],
  others: ['Other scenarios', 'Altri scenari', 'Autres scénarios', 'Weitere Szenarien'],
  others_help: ['Another scenario begins with a new start of the program.', 'Un altro scenario inizia con un nuovo avvio del programma.', 'Un autre scénario commence avec un nouveau démarrage du programme.', 'Ein anderes Szenario beginnt mit einem Neustart des Programms.'],
  not_number: ['Enter a number.', 'Inserire un numero.', 'Entrez un nombre.', 'Geben Sie eine Zahl ein.'],
  choose_one: ['Choose at least one.', 'Scegliere almeno uno.', 'Choisissez-en au moins un.', 'Wählen Sie mindestens eines.'],
  not_simulated: ['This is a real meter; it has no twin to steer.', 'Questo è un contatore reale; non ha un gemello da guidare.', "C'est un compteur réel ; il n'a pas de jumeau à piloter.", 'Dies ist ein echter Zähler; er hat keinen Zwilling zum Steuern.'],
});

/** Names of injections and parameters; what is not here keeps the server's title. */
export const KINDS: Record<string, Words> = words({
  contact: ['Contact of the digital input', "Contatto dell'ingresso digitale", "Contact de l'entrée numérique", 'Kontakt des Digitaleingangs'],
  sag: ['Sag or swell of the voltage', 'Buco o sovratensione', 'Creux ou surtension', 'Spannungseinbruch oder -überhöhung'],
  ct: ['Current connected wrongly', 'Corrente collegata male', 'Courant mal raccordé', 'Strom falsch angeschlossen'],
  module: ['ESY module', 'Modulo ESY', 'Module ESY', 'ESY-Modul'],
  load: ['Load', 'Carico', 'Charge', 'Last'],
  interruption: ['Interruption', 'Interruzione', 'Coupure', 'Unterbrechung'],
});

export const PARAMETERS: Record<string, Words> = words({
  closed: ['Closed', 'Chiuso', 'Fermé', 'Geschlossen'],
  phases: ['Phases', 'Fasi', 'Phases', 'Phasen'],
  phase: ['Phase', 'Fase', 'Phase', 'Phase'],
  to_percent: ['To', 'A', 'À', 'Auf'],
  for_s: ['For', 'Per', 'Pendant', 'Dauer'],
  reversed: ['Reversed', 'Invertito', 'Inversé', 'Verkehrt'],
  slot: ['Slot', 'Posizione', 'Emplacement', 'Steckplatz'],
  answers: ['Answers', 'Risponde', 'Répond', 'Antwortet'],
  name: ['Name', 'Nome', 'Nom', 'Name'],
  on: ['On', 'Acceso', 'Allumé', 'Ein'],
});
