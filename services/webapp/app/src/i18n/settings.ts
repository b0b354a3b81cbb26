// Names of settings and of their values by slug, as on the device's display, without its short forms.

import { tSlug, words, type Words } from './index';
import { pointName } from './quantities';
import { wiringName } from './wirings';

const SETTINGS: Record<string, Words> = words({
  wiring: ['Wiring system', 'Sistema di cablaggio', 'Type de réseau', 'Netzsystem'],
  netting: ['Netting of the energy', "Saldo dell'energia", "Compensation de l'énergie", 'Saldierung der Energie'],
  apparent_method: ['Apparent power', 'Potenza apparente', 'Puissance apparente', 'Scheinleistung'],
  dc_blocking: ['DC blocking', 'Blocco della componente continua', 'Blocage du continu', 'Gleichspannungssperre'],
  demand_interval_min: ['Demand interval', 'Intervallo di domanda', 'Période de moyenne', 'Mittelungszeit'],
  tariff_mode: ['Tariff selected by', 'Tariffa scelta da', 'Tarif choisi par', 'Tarif gewählt durch'],
  tariff_selected: ['Selected tariff', 'Tariffa scelta', 'Tarif choisi', 'Gewählter Tarif'],
  partial_running: ['Partial counters run', 'Contatori parziali attivi', 'Compteurs partiels actifs', 'Teilzähler laufen'],
  digital_input_function: ['Digital input', 'Ingresso digitale', 'Entrée numérique', 'Digitaleingang'],
  wrong_connection_detection: ['Wiring check', 'Verifica del cablaggio', 'Contrôle du câblage', 'Anschlussprüfung'],
  password: ['Modbus password', 'Password Modbus', 'Mot de passe Modbus', 'Modbus-Passwort'],
  generation: ['Generation behind the meter', 'Generazione a valle', 'Production en aval', 'Erzeugung hinter dem Zähler'],
  digital_output_function: ['Digital output', 'Uscita digitale', 'Sortie numérique', 'Digitalausgang'],
  digital_output_normal_state: ['Output at rest', 'Uscita a riposo', 'Sortie au repos', 'Ausgang in Ruhe'],
  pulse_energy: ['Energy of the pulses', 'Energia degli impulsi', 'Énergie des impulsions', 'Energie der Impulse'],
  pulse_weight_wh: ['Pulse weight', "Peso dell'impulso", "Poids de l'impulsion", 'Impulswert'],
  pulse_duration_ms: ['Pulse length', "Durata dell'impulso", "Durée de l'impulsion", 'Impulsdauer'],
  output_remote: ['Remote state of the output', "Stato remoto dell'uscita", 'État à distance de la sortie', 'Fernzustand des Ausgangs'],
  alarm_variable: ['Watched by the alarm', "Sorvegliata dall'allarme", "Surveillée par l'alarme", 'Vom Alarm überwacht'],
  alarm_set_1: ['Alarm begins at', "Inizio dell'allarme", "Début de l'alarme", 'Alarm beginnt bei'],
  alarm_set_2: ['Alarm ends at', "Fine dell'allarme", "Fin de l'alarme", 'Alarm endet bei'],
  alarm_delay_s: ['Alarm delay', "Ritardo dell'allarme", "Retard de l'alarme", 'Alarmverzögerung'],
  display_language: ['Language of the display', 'Lingua del display', "Langue de l'afficheur", 'Sprache der Anzeige'],
  display_home_page: ['Home page of the display', 'Pagina iniziale del display', "Page d'accueil de l'afficheur", 'Startseite der Anzeige'],
  display_backlight_min: ['Back-light', 'Retroilluminazione', 'Rétroéclairage', 'Beleuchtung'],
  display_screensaver: ['Screen saver', 'Salvaschermo', 'Écran de veille', 'Bildschonung'],
  display_page_filter: ['Pages shown', 'Pagine visibili', 'Pages visibles', 'Gezeigte Seiten'],
});

const VALUES: Record<string, Words> = words({
  off: ['Off', 'No', 'Non', 'Aus'],
  on: ['On', 'Sì', 'Oui', 'Ein'],
  by_system: ['By system', 'Sul sistema', 'Sur le système', 'Gesamtsystem'],
  per_phase: ['Per phase', 'Per fase', 'Par phase', 'Je Phase'],
  vector: ['Vector', 'Vettoriale', 'Vectorielle', 'Vektoriell'],
  arithmetic: ['Arithmetic', 'Aritmetica', 'Arithmétique', 'Arithmetisch'],
  by_command: ['Command', 'Comando', 'Commande', 'Befehl'],
  by_input: ['Digital input', 'Ingresso digitale', 'Entrée numérique', 'Digitaleingang'],
  by_calendar: ['Calendar', 'Calendario', 'Calendrier', 'Kalender'],
  tariff: ['Tariff', 'Tariffa', 'Tarif', 'Tarif'],
  remote_status: ['Remote status', 'Stato remoto', 'État à distance', 'Fernstatus'],
  partial_start_stop: ['Partial counters run or pause', 'Avvio e pausa dei parziali', 'Marche et pause des partiels', 'Teilzähler laufen oder pausieren'],
  partial_reset: ['Reset of the partial counters', 'Azzeramento dei parziali', 'Remise à zéro des partiels', 'Teilzähler zurücksetzen'],
  none: ['None', 'Nessuna', 'Aucune', 'Keine'],
  possible: ['Possible', 'Possibile', 'Possible', 'Möglich'],
  pulse: ['Pulses', 'Impulsi', 'Impulsions', 'Impulse'],
  alarm: ['Alarm', 'Allarme', 'Alarme', 'Alarm'],
  remote: ['Remote', 'Remoto', 'À distance', 'Fern'],
  open: ['Open', 'Aperta', 'Ouverte', 'Offen'],
  closed: ['Closed', 'Chiusa', 'Fermée', 'Geschlossen'],
  import: ['Import', 'Prelievo', 'Soutirage', 'Bezug'],
  export: ['Export', 'Immissione', 'Injection', 'Lieferung'],
  en: ['English', 'English', 'English', 'English'],
  it: ['Italiano', 'Italiano', 'Italiano', 'Italiano'],
  fr: ['Français', 'Français', 'Français', 'Français'],
  de: ['Deutsch', 'Deutsch', 'Deutsch', 'Deutsch'],
  all: ['All', 'Tutte', 'Toutes', 'Alle'],
  wired: ['As wired', 'Cablate', 'Câblées', 'Verdrahtete'],
});

const EFFECTIVE: Record<string, Words> = words({
  next_window: ['Takes effect at the next measuring window', 'Ha effetto alla prossima finestra di misura', 'Prend effet à la prochaine fenêtre de mesure', 'Wirkt ab dem nächsten Messfenster'],
  at_once: ['Takes effect at once', 'Ha effetto subito', 'Prend effet immédiatement', 'Wirkt sofort'],
  next_interval: ['Takes effect at the next demand interval', 'Ha effetto al prossimo intervallo', 'Prend effet à la prochaine période', 'Wirkt ab der nächsten Mittelungszeit'],
  next_start: ['Takes effect at the next start', 'Ha effetto al prossimo avvio', 'Prend effet au prochain démarrage', 'Wirkt ab dem nächsten Start'],
});

export function settingName(slug: string): string {
  return tSlug(SETTINGS, slug);
}

/** A named value of a setting; alarm variables are points, wirings have names of their own. */
export function settingValueName(setting: string, value: string): string {
  if (setting === 'wiring') return wiringName(value);
  if (value.includes('.')) return pointName(value);
  return tSlug(VALUES, value);
}

export function effectiveText(slug: string): string {
  return tSlug(EFFECTIVE, slug);
}
