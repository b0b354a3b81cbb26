import { words, type Words } from '~/i18n';

export const W = words({
  views: ['Views', 'Viste', 'Vues', 'Ansichten'],
  lines: ['Course', 'Andamento', 'Évolution', 'Zeitverlauf'],
  profile: ['Load profile', 'Profilo di carico', 'Courbe de charge', 'Lastgang'],
  heat: ['Days and hours', 'Giorni e ore', 'Jours et heures', 'Tage und Stunden'],
  duration: ['Load duration', 'Durata del carico', 'Monotone de charge', 'Dauerlinie'],
  range: ['Range', 'Intervallo', 'Période', 'Zeitraum'],
  custom: ['Dates', 'Date', 'Dates', 'Daten'],
  from: ['From', 'Dal', 'Du', 'Von'],
  to: ['To and including', 'Al (compreso)', "Jusqu'au (inclus)", 'Bis einschließlich'],
  earlier: ['Earlier', 'Precedente', 'Précédent', 'Früher'],
  later: ['Later', 'Successivo', 'Suivant', 'Später'],
  quantities: ['Quantities', 'Grandezze', 'Grandeurs', 'Messgrößen'],
  meters: ['Meters', 'Contatori', 'Compteurs', 'Zähler'],
  compare: ['Compare with the period before', 'Confronta con il periodo precedente', 'Comparer à la période précédente', 'Mit dem Zeitraum davor vergleichen'],
  before: ['before', 'prima', 'avant', 'davor'],
  step: ['Step {step}', 'Passo {step}', 'Pas {step}', 'Schritt {step}'],
  coverage: ['Coverage {percent} %', 'Copertura {percent} %', 'Couverture {percent} %', 'Abdeckung {percent} %'],
  flagged: ['{n} steps with remarks', '{n} passi con osservazioni', '{n} pas avec remarques', '{n} Schritte mit Vermerk'],
  truncated: ['The answer was cut: choose a coarser step or a shorter range.', 'La risposta è stata troncata: scegliere un passo più grosso o un intervallo più breve.', 'La réponse a été tronquée : choisissez un pas plus grand ou une période plus courte.', 'Die Antwort wurde gekürzt: gröberen Schritt oder kürzeren Zeitraum wählen.'],
  download: ['Download', 'Scarica', 'Télécharger', 'Herunterladen'],
  nothing_kept: [
    'Nothing is stored yet. The first interval appears when it is complete; a run without a data folder stores nothing.',
    'Ancora nulla in archivio. Il primo intervallo appare quando è completo; senza cartella dati non si archivia nulla.',
    "Rien n'est encore stocké. Le premier intervalle apparaît une fois complet ; sans dossier de données, rien n'est stocké.",
    'Noch ist nichts gespeichert. Das erste Intervall erscheint, sobald es vollständig ist; ohne Datenordner wird nichts gespeichert.'],
  nothing_here: ['There are no values in this range.', "Nessun valore in questo intervallo.", 'Aucune valeur dans cette période.', 'In diesem Zeitraum gibt es keine Werte.'],
  choose: ['Choose at least one quantity.', 'Scegliere almeno una grandezza.', 'Choisissez au moins une grandeur.', 'Wählen Sie mindestens eine Messgröße.'],
  not_kept: ['The store does not keep what this view needs: {what}.', "L'archivio non conserva ciò che serve a questa vista: {what}.", "L'archive ne conserve pas ce qu'il faut à cette vue : {what}.", 'Der Speicher hält nicht, was diese Ansicht braucht: {what}.'],
  too_many: ['Only the first {n} lines are shown.', 'Sono mostrate solo le prime {n} linee.', 'Seules les {n} premières courbes sont affichées.', 'Nur die ersten {n} Linien werden gezeigt.'],
  line_summary: ['{name}: {min} to {max}, mean {mean}', '{name}: da {min} a {max}, media {mean}', '{name} : {min} à {max}, moyenne {mean}', '{name}: {min} bis {max}, Mittel {mean}'],
  sum_summary: ['{name}: {sum}', '{name}: {sum}', '{name} : {sum}', '{name}: {sum}'],
  profile_title: ['Energy by interval', 'Energia per intervallo', 'Énergie par intervalle', 'Energie je Intervall'],
  profile_summary: [
    'Import {import}, export {export}; the largest interval took {peak}.', 'Prelievo {import}, immissione {export}; l’intervallo massimo ha preso {peak}.',
    'Soutirage {import}, injection {export} ; l’intervalle maximal a pris {peak}.', 'Bezug {import}, Lieferung {export}; das größte Intervall nahm {peak}.'],
  mean_power: ['mean {power}', 'media {power}', 'moyenne {power}', 'Mittel {power}'],
  tariff_bands: ['Shaded: tariff 2', 'Ombreggiato: tariffa 2', 'Ombré : tarif 2', 'Schattiert: Tarif 2'],
  heat_title: ['Mean active power by day and hour', 'Potenza attiva media per giorno e ora', 'Puissance active moyenne par jour et heure', 'Mittlere Wirkleistung nach Tag und Stunde'],
  hour: ['Hour', 'Ora', 'Heure', 'Stunde'],
  day: ['Day', 'Giorno', 'Jour', 'Tag'],
  duration_title: ['Load-duration curve', 'Curva di durata del carico', 'Monotone de charge', 'Dauerlinie der Last'],
  duration_summary: [
    'Above {p10} for 10 % of the time, above {p50} for half of it, above {p90} for 90 %.', 'Sopra {p10} per il 10 % del tempo, sopra {p50} per metà, sopra {p90} per il 90 %.',
    'Au-dessus de {p10} pendant 10 % du temps, de {p50} la moitié, de {p90} pendant 90 %.', 'Über {p10} während 10 % der Zeit, über {p50} die Hälfte, über {p90} während 90 %.'],
  share: ['Share of the time', 'Quota del tempo', 'Part du temps', 'Anteil der Zeit'],
});

/** What is kept of a step, by the last part of a column's path; what is not here is its own name. */
export const AGGREGATES: Record<string, Words> = words({
  mean: ['mean', 'media', 'moyenne', 'Mittel'],
  delta: ['increase', 'incremento', 'accroissement', 'Zuwachs'],
});
