import { words } from '~/i18n';

/** As the server has it. */
export const PASSWORD_MIN = 12;

export const P = words({
  users: ['Users', 'Utenti', 'Utilisateurs', 'Benutzer'],
  username: ['User name', 'Nome utente', "Nom d'utilisateur", 'Benutzername'],
  username_help: [
    '1 to 32 small letters, digits, ".", "-" or "_", beginning with a letter', 'da 1 a 32 lettere minuscole, cifre, ".", "-" o "_", iniziando con una lettera',
    '1 à 32 lettres minuscules, chiffres, « . », « - » ou « _ », commençant par une lettre', '1 bis 32 Kleinbuchstaben, Ziffern, „.“, „-“ oder „_“, mit einem Buchstaben am Anfang'],
  role: ['Role', 'Ruolo', 'Rôle', 'Rolle'],
  roles_help: [
    'Viewers see, operators also switch, reset and acknowledge, administrators also manage people, services and files.',
    'I lettori vedono, gli operatori anche comandano, azzerano e riconoscono, gli amministratori anche gestiscono utenti, servizi e file.',
    'Les lecteurs voient, les opérateurs commandent, remettent à zéro et acquittent, les administrateurs gèrent aussi personnes, services et fichiers.',
    'Betrachter sehen, Bediener schalten, setzen zurück und quittieren, Administratoren verwalten auch Benutzer, Dienste und Dateien.'],
  created: ['Added', 'Aggiunto', 'Ajouté', 'Angelegt'],
  last_login: ['Last login', 'Ultimo accesso', 'Dernière connexion', 'Letzte Anmeldung'],
  never: ['never', 'mai', 'jamais', 'nie'],
  locked: ['waits until {time} after failed logins', 'in attesa fino alle {time} dopo accessi falliti', "en attente jusqu'à {time} après des échecs", 'wartet nach Fehlversuchen bis {time}'],
  you: ['you', 'tu', 'vous', 'Sie'],
  add_user: ['Add a user', 'Aggiungi un utente', 'Ajouter un utilisateur', 'Benutzer anlegen'],
  change: ['Change', 'Modifica', 'Modifier', 'Ändern'],
  change_user: ['Change the user {name}', "Modifica l'utente {name}", "Modifier l'utilisateur {name}", 'Benutzer {name} ändern'],
  remove_user: ['Remove the user {name}', "Rimuovi l'utente {name}", "Supprimer l'utilisateur {name}", 'Benutzer {name} entfernen'],
  remove_user_effect: [
    '{name} can no longer log in, and all sessions of {name} end.', '{name} non potrà più accedere e tutte le sue sessioni terminano.',
    '{name} ne pourra plus se connecter et toutes ses sessions se terminent.', '{name} kann sich nicht mehr anmelden, und alle Sitzungen von {name} enden.'],
  new_password: ['New password', 'Nuova password', 'Nouveau mot de passe', 'Neues Passwort'],
  password: ['Password', 'Password', 'Mot de passe', 'Passwort'],
  password_help: ['At least 12 characters', 'Almeno 12 caratteri', 'Au moins 12 caractères', 'Mindestens 12 Zeichen'],
  password_short: ['Too short: at least 12 characters', 'Troppo corta: almeno 12 caratteri', 'Trop court : au moins 12 caractères', 'Zu kurz: mindestens 12 Zeichen'],
  password_keep: ['Leave it empty to keep the present one. A new one ends the sessions of the user.', "Lasciare vuoto per mantenerla. Una nuova termina le sessioni dell'utente.", "Laissez vide pour le garder. Un nouveau met fin aux sessions de l'utilisateur.", 'Leer lassen, um das bisherige zu behalten. Ein neues beendet die Sitzungen des Benutzers.'],
  again: ['New password again', 'Ripeti la nuova password', 'Répéter le nouveau mot de passe', 'Neues Passwort wiederholen'],
  differs: ['The two differ', 'Le due sono diverse', 'Les deux diffèrent', 'Die beiden sind verschieden'],
  tokens: ['Tokens of programs', 'Token dei programmi', 'Jetons des programmes', 'Token für Programme'],
  tokens_help: [
    'A program sends its token as "Authorization: Bearer …". Its secret is shown once, when it is made.', 'Un programma invia il token come "Authorization: Bearer …". Il segreto è mostrato una sola volta, alla creazione.',
    'Un programme envoie son jeton par « Authorization: Bearer … ». Son secret est montré une seule fois, à la création.', 'Ein Programm sendet seinen Token als „Authorization: Bearer …“. Das Geheimnis wird einmal gezeigt, beim Anlegen.'],
  no_tokens: ['No program has a token.', 'Nessun programma ha un token.', "Aucun programme n'a de jeton.", 'Kein Programm hat einen Token.'],
  token_name: ['What it is for', 'A che cosa serve', 'À quoi il sert', 'Wofür er ist'],
  scopes: ['Scopes', 'Ambiti', 'Portées', 'Rechte'],
  scope_read: ['read', 'lettura', 'lecture', 'lesen'],
  scope_write: ['write', 'scrittura', 'écriture', 'schreiben'],
  scope_metrics: ['metrics', 'metriche', 'métriques', 'Metriken'],
  scope_needed: ['Choose at least one', 'Sceglierne almeno uno', 'Choisissez-en au moins une', 'Mindestens eines wählen'],
  days: ['Holds for', 'Valido per', 'Valable', 'Gilt für'],
  days_unit: ['days', 'giorni', 'jours', 'Tage'],
  days_wrong: ['A whole number from 1 to 3650', 'Un numero intero da 1 a 3650', 'Un nombre entier de 1 à 3650', 'Eine ganze Zahl von 1 bis 3650'],
  expires: ['Expires', 'Scade', 'Expire', 'Läuft ab'],
  expired: ['expired', 'scaduto', 'expiré', 'abgelaufen'],
  make_token: ['Make a token', 'Crea un token', 'Créer un jeton', 'Token anlegen'],
  made: [
    'This is the secret of “{name}”. It is not shown again: copy it now.', 'Questo è il segreto di «{name}». Non sarà più mostrato: copiarlo ora.',
    'Voici le secret de « {name} ». Il ne sera plus montré : copiez-le maintenant.', 'Das ist das Geheimnis von „{name}“. Es wird nicht wieder gezeigt: jetzt kopieren.'],
  secret: ['Secret', 'Segreto', 'Secret', 'Geheimnis'],
  remove_token: ['Remove the token “{name}”', 'Rimuovi il token «{name}»', 'Supprimer le jeton « {name} »', 'Token „{name}“ entfernen'],
  remove_token_effect: [
    'The program that uses it is refused from now on.', 'Il programma che lo usa sarà rifiutato da ora.',
    "Le programme qui l'utilise sera désormais refusé.", 'Das Programm, das ihn nutzt, wird ab jetzt abgewiesen.'],
  needs: [
    'Users and tokens are managed by administrators.', 'Utenti e token sono gestiti dagli amministratori.',
    'Les utilisateurs et les jetons sont gérés par les administrateurs.', 'Benutzer und Token verwalten Administratoren.'],
});
