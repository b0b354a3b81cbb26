import { words } from '~/i18n';

export const W = words({
  now: ['Now', 'Adesso', 'Maintenant', 'Jetzt'],
  today: ['Today, kWh', 'Oggi, kWh', "Aujourd'hui, kWh", 'Heute, kWh'],
  registers: ['Registers, kWh', 'Registri, kWh', 'Registres, kWh', 'Zählerstände, kWh'],
  pf: ['PF', 'PF', 'FP', 'PF'],
  since_start: ['since midnight', 'da mezzanotte', 'depuis minuit', 'seit Mitternacht'],
  no_history: [
    'Nothing is stored yet; these are the registers’ standings.',
    'Non è ancora memorizzato nulla; questi sono i totali dei registri.',
    "Rien n'est encore enregistré ; voici les relevés des registres.",
    'Noch ist nichts gespeichert; dies sind die Zählerstände.'],
  all_well: ['Nothing is wrong', 'Nessun problema', 'Aucun problème', 'Alles in Ordnung'],
  alarms: ['Unacknowledged alarms: {n}', 'Allarmi da confermare: {n}', 'Alarmes à acquitter : {n}', 'Unbestätigte Alarme: {n}'],
  silent: ['No values arrive', 'Non arrivano valori', "Aucune valeur n'arrive", 'Es kommen keine Werte'],
  dead: ['Does not answer: {names}', 'Non risponde: {names}', 'Ne répond pas : {names}', 'Antwortet nicht: {names}'],
  wiring: ['Wiring: {names}', 'Cablaggio: {names}', 'Câblage : {names}', 'Anschluss: {names}'],
  check: ['Check', 'Verifica', 'Vérifier', 'Prüfen'],
  voltage: ['Voltage', 'Tensione', 'Tension', 'Spannung'],
  current: ['Current', 'Corrente', 'Courant', 'Strom'],
});
