import { words, type Words } from '~/i18n';

export const W = words({
  views: ['Views', 'Viste', 'Vues', 'Ansichten'],
  reports: ['Reports', 'Rapporti', 'Rapports', 'Berichte'],
  schedules: ['Schedules', 'Pianificazioni', 'Planifications', 'Zeitpläne'],
  make: ['Make a report', 'Crea un rapporto', 'Créer un rapport', 'Bericht erstellen'],
  template: ['Report', 'Rapporto', 'Rapport', 'Bericht'],
  period: ['Period', 'Periodo', 'Période', 'Zeitraum'],
  dates: ['Dates', 'Date', 'Dates', 'Daten'],
  now: ['It shows how the device is set up and wired at present.', 'Mostra come il dispositivo è impostato e cablato ora.', "Il montre comment l'appareil est réglé et raccordé actuellement.", 'Er zeigt, wie das Gerät jetzt eingestellt und angeschlossen ist.'],
  from: ['From', 'Dal', 'Du', 'Von'],
  to: ['To and including', 'Al (compreso)', "Jusqu'au (inclus)", 'Bis einschließlich'],
  wrong_dates: ['The end must not be before the beginning.', 'La fine non può precedere l’inizio.', 'La fin ne peut précéder le début.', 'Das Ende darf nicht vor dem Anfang liegen.'],
  language: ['Language', 'Lingua', 'Langue', 'Sprache'],
  formats: ['Formats', 'Formati', 'Formats', 'Formate'],
  choose_format: ['Choose at least one.', 'Sceglierne almeno uno.', 'Choisissez-en au moins un.', 'Mindestens eines wählen.'],
  making: ['A report is being made …', 'Un rapporto è in preparazione …', 'Un rapport est en préparation …', 'Ein Bericht wird erstellt …'],
  failed: ['The report could not be made: {reason}', 'Impossibile creare il rapporto: {reason}', "Le rapport n'a pas pu être créé : {reason}", 'Der Bericht konnte nicht erstellt werden: {reason}'],
  made: ['The report is made.', 'Il rapporto è pronto.', 'Le rapport est prêt.', 'Der Bericht ist fertig.'],
  finished: ['Finished reports', 'Rapporti pronti', 'Rapports prêts', 'Fertige Berichte'],
  none: ['No report has been made yet. Choose one above.', 'Nessun rapporto ancora. Sceglierne uno sopra.', "Aucun rapport n'a encore été créé. Choisissez-en un ci-dessus.", 'Noch kein Bericht. Oben einen wählen.'],
  created: ['Made', 'Creato', 'Créé', 'Erstellt'],
  by: ['By', 'Da', 'Par', 'Von'],
  files: ['Files', 'File', 'Fichiers', 'Dateien'],
  remove: ['Delete the report “{title}”', 'Elimina il rapporto «{title}»', 'Supprimer le rapport « {title} »', 'Bericht „{title}“ löschen'],
  remove_effect: [
    'Its files are gone. It can be made again while the store keeps its rows.', 'I suoi file spariscono. Si può rifare finché l’archivio conserva i dati.',
    "Ses fichiers disparaissent. Il peut être refait tant que l'archive garde ses données.", 'Seine Dateien sind weg. Er lässt sich neu erstellen, solange der Speicher die Werte hält.'],
  download: ['{title} as {format}', '{title} in {format}', '{title} en {format}', '{title} als {format}'],
  no_schedules: [
    'No report is made by itself. Add a schedule: each day, week or month one is made and kept here.',
    'Nessun rapporto automatico. Con una pianificazione ne viene creato e conservato uno ogni giorno, settimana o mese.',
    "Aucun rapport automatique. Ajoutez une planification : chaque jour, semaine ou mois, un rapport est créé et gardé ici.",
    'Kein Bericht entsteht von selbst. Mit einem Zeitplan wird jeden Tag, jede Woche oder jeden Monat einer erstellt und hier aufbewahrt.'],
  add: ['Add a schedule', 'Aggiungi pianificazione', 'Ajouter une planification', 'Zeitplan anlegen'],
  change: ['Change', 'Modifica', 'Modifier', 'Ändern'],
  every: ['How often', 'Frequenza', 'Fréquence', 'Wie oft'],
  last: ['Made up to', 'Creato fino al', "Créé jusqu'au", 'Erstellt bis'],
  enabled: ['Switched on', 'Attiva', 'Activée', 'Eingeschaltet'],
  name: ['Name', 'Nome', 'Nom', 'Name'],
  name_help: ['Small letters, digits and dashes; it cannot be changed later', 'Lettere minuscole, cifre e trattini; non modificabile in seguito', 'Minuscules, chiffres et tirets ; non modifiable ensuite', 'Kleinbuchstaben, Ziffern und Striche; später nicht änderbar'],
  name_taken: ['There is one of this name.', 'Esiste già.', 'Ce nom existe déjà.', 'Diesen Namen gibt es schon.'],
  remove_schedule: ['Delete the schedule “{id}”', 'Elimina la pianificazione «{id}»', 'Supprimer la planification « {id} »', 'Zeitplan „{id}“ löschen'],
  remove_schedule_effect: [
    'No more reports are made by it. Those that are made stay.', 'Non creerà altri rapporti. Quelli creati restano.',
    "Elle ne créera plus de rapports. Ceux créés restent.", 'Er erstellt keine Berichte mehr. Fertige bleiben.'],
});

export const TEMPLATES: Record<string, Words> = words({
  day: ['Day by hours', 'Giorno per ore', 'Jour par heures', 'Tag nach Stunden'],
  month: ['Month by days', 'Mese per giorni', 'Mois par jours', 'Monat nach Tagen'],
  tariff: ['Energy by tariff', 'Energia per tariffa', 'Énergie par tarif', 'Energie nach Tarif'],
  loads: ['Loads', 'Carichi', 'Charges', 'Lasten'],
  quality: ['Quality of the supply', "Qualità dell'alimentazione", "Qualité de l'alimentation", 'Versorgungsqualität'],
  commissioning: ['Commissioning', 'Messa in servizio', 'Mise en service', 'Inbetriebnahme'],
});

export const TEMPLATE_HELP: Record<string, Words> = words({
  day: ['Energy and power of each hour, with the peak', 'Energia e potenza di ogni ora, con il picco', 'Énergie et puissance de chaque heure, avec la pointe', 'Energie und Leistung jeder Stunde, mit der Spitze'],
  month: ['Energy of each day, with totals and the peak', 'Energia di ogni giorno, con totali e picco', 'Énergie de chaque jour, avec totaux et pointe', 'Energie jedes Tages, mit Summen und Spitze'],
  tariff: ['Import by tariff, as it is billed', 'Prelievo per tariffa, come in fattura', 'Soutirage par tarif, comme facturé', 'Bezug nach Tarif, wie abgerechnet wird'],
  loads: ['What each meter takes, and its share', 'Quanto preleva ogni contatore e la sua quota', 'Ce que prend chaque compteur, et sa part', 'Was jeder Zähler nimmt, und sein Anteil'],
  quality: ['Voltage, frequency and distortion with their extremes', 'Tensione, frequenza e distorsione con gli estremi', 'Tension, fréquence et distorsion avec leurs extrêmes', 'Spannung, Frequenz und Verzerrung mit Extremwerten'],
  commissioning: ['Settings, wiring check, serial numbers and services, to be signed', 'Impostazioni, cablaggio, numeri di serie e servizi, da firmare', 'Réglages, câblage, numéros de série et services, à signer', 'Einstellungen, Anschlussprüfung, Seriennummern und Dienste, zum Unterschreiben'],
});

export const EVERY = words({
  day: ['each day', 'ogni giorno', 'chaque jour', 'jeden Tag'],
  week: ['each week', 'ogni settimana', 'chaque semaine', 'jede Woche'],
  month: ['each month', 'ogni mese', 'chaque mois', 'jeden Monat'],
});
