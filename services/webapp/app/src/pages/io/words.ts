import { words, type Words } from '~/i18n';

export const W = words({
  input: ['Digital input', 'Ingresso digitale', 'Entrée numérique', 'Digitaleingang'],
  output: ['Digital output', 'Uscita digitale', 'Sortie numérique', 'Digitalausgang'],
  tariffs: ['Tariffs and partial counters', 'Tariffe e contatori parziali', 'Tarifs et compteurs partiels', 'Tarife und Teilzähler'],
  alarm: ['Alarm', 'Allarme', 'Alarme', 'Alarm'],
  settings: ['Settings', 'Impostazioni', 'Réglages', 'Einstellungen'],
  contact_open: ['open', 'aperto', 'ouvert', 'offen'],
  contact_closed: ['closed', 'chiuso', 'fermé', 'geschlossen'],
  contact: ['Contact', 'Contatto', 'Contact', 'Kontakt'],
  undefined_input: [
    'Neither open nor closed: what it was before holds. Check the wiring at terminals 7 and 8.',
    'Né aperto né chiuso: vale lo stato precedente. Verificare i morsetti 7 e 8.',
    "Ni ouvert ni fermé : l'état précédent reste valable. Vérifiez les bornes 7 et 8.",
    'Weder offen noch geschlossen: der vorige Zustand gilt. Klemmen 7 und 8 prüfen.'],
  overload: [
    'The output is overloaded: check what is wired to terminals 10 and 11.', "L'uscita è sovraccarica: verificare i morsetti 10 e 11.",
    'La sortie est surchargée : vérifiez les bornes 10 et 11.', 'Der Ausgang ist überlastet: Klemmen 10 und 11 prüfen.'],
  active_function: ['Function', 'Funzione', 'Fonction', 'Funktion'],
  alarm_raised: ['raised', 'attivo', 'déclenchée', 'steht an'],
  alarm_calm: ['not raised', 'non attivo', 'non déclenchée', 'steht nicht an'],
  alarm_help: [
    'Above the end threshold the alarm watches for too much, below it for too little. Its state can drive the output.',
    "Sopra la soglia di fine l'allarme sorveglia l'eccesso, sotto di essa il difetto. Il suo stato può comandare l'uscita.",
    "Au-dessus du seuil de fin, l'alarme surveille l'excès, en dessous le défaut. Son état peut commander la sortie.",
    'Über der Endschwelle wacht der Alarm auf zu viel, darunter auf zu wenig. Sein Zustand kann den Ausgang steuern.'],
  no_output: [
    'This ordering option has no digital output.', "Questa variante non ha l'uscita digitale.",
    "Cette variante n'a pas de sortie numérique.", 'Diese Bestellvariante hat keinen Digitalausgang.'],
  test: ['Test of the output', "Prova dell'uscita", 'Essai de la sortie', 'Test des Ausgangs'],
  test_needs: [
    'The output can be switched by hand when its function is “Remote”. Choose it in the settings beneath.',
    "L'uscita si comanda a mano quando la sua funzione è «Remoto». Sceglierla nelle impostazioni qui sotto.",
    'La sortie se commande à la main quand sa fonction est « À distance ». Choisissez-la dans les réglages ci-dessous.',
    'Von Hand schaltbar ist der Ausgang mit der Funktion „Fern“. Sie wird in den Einstellungen darunter gewählt.'],
  switch_on: ['Switch on', 'Attiva', 'Activer', 'Einschalten'],
  switch_off: ['Switch off', 'Disattiva', 'Désactiver', 'Ausschalten'],
  effect_on: [
    'The output leaves its state at rest. What is wired to terminals 10 and 11 switches.', "L'uscita lascia lo stato di riposo. Ciò che è collegato ai morsetti 10 e 11 commuta.",
    'La sortie quitte son état de repos. Ce qui est raccordé aux bornes 10 et 11 commute.', 'Der Ausgang verlässt seinen Ruhezustand. Was an den Klemmen 10 und 11 hängt, schaltet.'],
  effect_off: [
    'The output returns to its state at rest. What is wired to terminals 10 and 11 switches.', "L'uscita torna allo stato di riposo. Ciò che è collegato ai morsetti 10 e 11 commuta.",
    'La sortie revient à son état de repos. Ce qui est raccordé aux bornes 10 et 11 commute.', 'Der Ausgang kehrt in den Ruhezustand zurück. Was an den Klemmen 10 und 11 hängt, schaltet.'],
  effect_output: [
    'The output follows the new choice at once: what is wired to terminals 10 and 11 may switch.', "L'uscita segue subito la nuova scelta: ciò che è collegato ai morsetti 10 e 11 può commutare.",
    'La sortie suit aussitôt le nouveau choix : ce qui est raccordé aux bornes 10 et 11 peut commuter.', 'Der Ausgang folgt der neuen Wahl sofort: was an den Klemmen 10 und 11 hängt, kann schalten.'],
  effect_input: [
    'The contact does from now on what is chosen. As “Reset of the partial counters”, closing it sets them to zero.',
    'Da ora il contatto fa ciò che è scelto. Come «Azzeramento dei parziali», chiudendolo li azzera.',
    "Le contact fait désormais ce qui est choisi. Comme « Remise à zéro des partiels », sa fermeture les remet à zéro.",
    'Der Kontakt tut ab jetzt das Gewählte. Als „Teilzähler zurücksetzen“ setzt sein Schließen sie auf null.'],
  remote_state: ['Remote state', 'Stato remoto', 'État à distance', 'Fernzustand'],
  tariff_now: ['Tariff now', 'Tariffa attuale', 'Tarif actuel', 'Tarif jetzt'],
  tariffs_off: ['tariffs are off', 'tariffe disattivate', 'tarifs désactivés', 'Tarife sind aus'],
  reset_partial: ['Reset the partial counters', 'Azzera i contatori parziali', 'Remettre à zéro les compteurs partiels', 'Teilzähler zurücksetzen'],
  reset_demand: ['Reset the demand maxima', 'Azzera i massimi di domanda', 'Remettre à zéro les maximums', 'Mittelwert-Maxima zurücksetzen'],
  reset_partial_effect: [
    'The partial counters of “{meter}” begin at zero. The totals stay. It cannot be undone.', 'I contatori parziali di «{meter}» ripartono da zero. I totali restano. Non si può annullare.',
    'Les compteurs partiels de « {meter} » repartent de zéro. Les totaux restent. Cela est irréversible.', 'Die Teilzähler von „{meter}“ beginnen bei null. Die Gesamtzähler bleiben. Das lässt sich nicht rückgängig machen.'],
  reset_demand_effect: [
    'The greatest demands of “{meter}” are forgotten and sought anew. It cannot be undone.', 'I massimi di domanda di «{meter}» sono dimenticati e cercati di nuovo. Non si può annullare.',
    'Les maximums de « {meter} » sont oubliés et recherchés à nouveau. Cela est irréversible.', 'Die Mittelwert-Maxima von „{meter}“ werden vergessen und neu gesucht. Das lässt sich nicht rückgängig machen.'],
  terminals: ['Terminals of inputs and outputs', 'Morsetti di ingressi e uscite', 'Bornes des entrées et sorties', 'Klemmen der Ein- und Ausgänge'],
  terminal: ['Terminal', 'Morsetto', 'Borne', 'Klemme'],
  use: ['Use', 'Uso', 'Usage', 'Verwendung'],
  variant: ['Ordering option', 'Variante', 'Variante', 'Bestellvariante'],
  all_variants: ['all', 'tutte', 'toutes', 'alle'],
  isolation: [
    'Input and output are not isolated from each other; both are isolated from the measuring inputs.', 'Ingresso e uscita non sono isolati tra loro; entrambi lo sono dagli ingressi di misura.',
    "L'entrée et la sortie ne sont pas isolées l'une de l'autre ; les deux le sont des entrées de mesure.", 'Ein- und Ausgang sind nicht voneinander getrennt; beide sind es von den Messeingängen.'],
});

export const USES: Record<string, Words> = words({
  'digital input +': ['Digital input +', 'Ingresso digitale +', 'Entrée numérique +', 'Digitaleingang +'],
  'digital input -': ['Digital input −', 'Ingresso digitale −', 'Entrée numérique −', 'Digitaleingang −'],
  'digital output a': ['Digital output a', 'Uscita digitale a', 'Sortie numérique a', 'Digitalausgang a'],
  'digital output b': ['Digital output b', 'Uscita digitale b', 'Sortie numérique b', 'Digitalausgang b'],
  'not connected': ['Not connected', 'Non collegato', 'Non raccordée', 'Nicht belegt'],
});
