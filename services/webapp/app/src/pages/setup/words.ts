import { words } from '~/i18n';

export const W = words({
  title: ['Set-up', 'Configurazione', 'Mise en service', 'Inbetriebnahme'],
  step: ['Step {n} of {of}', 'Passo {n} di {of}', 'Étape {n} sur {of}', 'Schritt {n} von {of}'],
  resume: [
    'The set-up was begun. Log in to go on where it was left.', 'La configurazione è iniziata. Accedere per riprendere da dove è stata lasciata.',
    'La mise en service a commencé. Connectez-vous pour la reprendre.', 'Die Inbetriebnahme wurde begonnen. Melden Sie sich an, um sie fortzusetzen.'],
  password: ['Administrator', 'Amministratore', 'Administrateur', 'Administrator'],
  own_language: ['Language', 'Lingua', 'Langue', 'Sprache'],
  language: ['Language and time', 'Lingua e ora', 'Langue et heure', 'Sprache und Zeit'],
  network: ['Network', 'Rete', 'Réseau', 'Netzwerk'],
  wiring: ['Wiring system', 'Sistema di cablaggio', 'Type de réseau', 'Netzsystem'],
  check: ['Wiring check', 'Verifica del cablaggio', 'Contrôle du câblage', 'Anschlussprüfung'],
  modules: ['ESY modules', 'Moduli ESY', 'Modules ESY', 'ESY-Module'],
  services: ['Services', 'Servizi', 'Services', 'Dienste'],

  password_help: [
    'This first user can do everything. The meter has no factory password.', 'Questo primo utente può fare tutto. Il contatore non ha password di fabbrica.',
    "Ce premier utilisateur peut tout faire. Le compteur n'a pas de mot de passe d'usine.", 'Dieser erste Benutzer darf alles. Der Zähler hat kein Werkspasswort.'],
  username: ['User name', 'Nome utente', "Nom d'utilisateur", 'Benutzername'],
  new_password: ['Password', 'Password', 'Mot de passe', 'Passwort'],
  repeat: ['Password again', 'Ripetere la password', 'Mot de passe à nouveau', 'Passwort wiederholen'],
  differ: ['The two passwords differ.', 'Le due password sono diverse.', 'Les deux mots de passe diffèrent.', 'Die beiden Passwörter sind verschieden.'],
  zone: ['Time zone', 'Fuso orario', 'Fuseau horaire', 'Zeitzone'],
  zone_help: [
    'Days and tariffs follow this zone. Another one is taken over at the end: the meter begins anew, which takes some seconds.',
    'Giorni e tariffe seguono questo fuso. Un altro è preso alla fine: il contatore ricomincia, in pochi secondi.',
    "Les jours et tarifs suivent ce fuseau. Un autre est pris à la fin : le compteur redémarre en quelques secondes.",
    'Tage und Tarife folgen dieser Zone. Eine andere gilt am Ende: der Zähler beginnt neu, was einige Sekunden dauert.'],
  device_time: ['The device’s clock', 'Orologio del dispositivo', "Horloge de l'appareil", 'Uhr des Geräts'],
  isolation: ['Isolation of the circuits', 'Isolamento dei circuiti', 'Isolation des circuits', 'Isolation der Kreise'],
  check_help: [
    'Switch on a load on each phase, so that there are currents to judge.', 'Accendere un carico su ogni fase, così che ci siano correnti da giudicare.',
    "Enclenchez une charge sur chaque phase, afin qu'il y ait des courants à juger.", 'Schalten Sie auf jeder Phase eine Last ein, damit es Ströme zu prüfen gibt.'],
  accept: ['Accept and go on', 'Accetta e continua', 'Accepter et continuer', 'Übernehmen und weiter'],
  no_modules: [
    'No ESY module is configured. Modules can be added later.', 'Nessun modulo ESY è configurato. Si possono aggiungere in seguito.',
    "Aucun module ESY n'est configuré. On peut en ajouter plus tard.", 'Kein ESY-Modul ist eingerichtet. Module können später hinzukommen.'],
  modbus: ['Modbus TCP: other systems may read the meter', 'Modbus TCP: altri sistemi possono leggere il contatore', 'Modbus TCP : d’autres systèmes peuvent lire le compteur', 'Modbus TCP: andere Systeme dürfen den Zähler lesen'],
  services_help: [
    'What is off opens no port. All of it can be changed later.', 'Ciò che è spento non apre porte. Tutto si può cambiare in seguito.',
    "Ce qui est arrêté n'ouvre aucun port. Tout peut être modifié plus tard.", 'Was aus ist, öffnet keinen Port. Alles lässt sich später ändern.'],
  modules_help: ['The modules on the bus', 'I moduli sul bus', 'Les modules sur le bus', 'Die Module am Bus'],
  load: ['Load', 'Carico', 'Charge', 'Last'],
  module: ['Module', 'Modulo', 'Module', 'Modul'],
  answers: ['State', 'Stato', 'État', 'Zustand'],
  power: ['Power', 'Potenza', 'Puissance', 'Leistung'],
  network_help: [
    'The network gives the addresses; nothing has to be set here.', 'Gli indirizzi vengono dalla rete; qui non serve impostare nulla.',
    "Le réseau attribue les adresses ; il n'y a rien à régler ici.", 'Die Adressen vergibt das Netzwerk; hier ist nichts einzustellen.'],
  listening: ['Where the meter can be reached', 'Dove si raggiunge il contatore', 'Où le compteur est joignable', 'Wo der Zähler erreichbar ist'],
  service: ['Service', 'Servizio', 'Service', 'Dienst'],
  address: ['Address', 'Indirizzo', 'Adresse', 'Adresse'],
  finish: ['Finish', 'Fine', 'Terminer', 'Abschließen'],
});
