// What the server's errors are called in the four languages; a slug that is not here shows the server's
// own English sentence.

import type { Problem } from '~/api/problem';
import { t, words, type Words } from './index';

const W: Record<string, Words> = words({
  'login-failed': [
    'The name or the password is wrong.', 'Il nome o la password non è corretto.',
    'Le nom ou le mot de passe est faux.', 'Name oder Passwort ist falsch.'],
  'not-logged-in': [
    'You are not logged in.', "L'accesso non è stato effettuato.",
    "Vous n'êtes pas connecté.", 'Sie sind nicht angemeldet.'],
  'too-many-attempts': [
    'Too many attempts. Wait {s} s and try again.', 'Troppi tentativi. Attendere {s} s e riprovare.',
    'Trop de tentatives. Attendez {s} s et réessayez.', 'Zu viele Versuche. Warten Sie {s} s und versuchen Sie es erneut.'],
  'not-allowed': [
    'Your role does not allow this.', 'Il ruolo non lo consente.',
    'Votre rôle ne le permet pas.', 'Ihre Rolle erlaubt das nicht.'],
  csrf: [
    'The session has changed. Load the page again.', 'La sessione è cambiata. Ricaricare la pagina.',
    'La session a changé. Rechargez la page.', 'Die Sitzung hat sich geändert. Laden Sie die Seite neu.'],
  'set-up-first': [
    'The device is not set up yet.', 'Il dispositivo non è ancora configurato.',
    "L'appareil n'est pas encore configuré.", 'Das Gerät ist noch nicht eingerichtet.'],
  'confirm-password': [
    'This needs your password again.', 'Occorre inserire di nuovo la password.',
    'Votre mot de passe est de nouveau nécessaire.', 'Dafür ist Ihr Passwort erneut nötig.'],
  busy: [
    'The device is busy. Try again in a moment.', 'Il dispositivo è occupato. Riprovare tra poco.',
    "L'appareil est occupé. Réessayez dans un instant.", 'Das Gerät ist beschäftigt. Versuchen Sie es gleich erneut.'],
  'keeps-nothing': [
    'This run keeps nothing: it was started without a data folder.',
    "Questa esecuzione non conserva nulla: è stata avviata senza cartella dati.",
    'Cette exécution ne conserve rien : elle a été lancée sans dossier de données.',
    'Dieser Lauf behält nichts: er wurde ohne Datenordner gestartet.'],
  'not-simulated': [
    'This is a real meter and not a twin.', 'Questo è un contatore reale, non un gemello.',
    "C'est un compteur réel et non un jumeau.", 'Dies ist ein echter Zähler und kein Zwilling.'],
  network: [
    'The device does not answer. Check the connection.', 'Il dispositivo non risponde. Verificare il collegamento.',
    "L'appareil ne répond pas. Vérifiez la connexion.", 'Das Gerät antwortet nicht. Prüfen Sie die Verbindung.'],
  broken: [
    'The answer could not be read.', 'La risposta non è leggibile.',
    "La réponse n'a pas pu être lue.", 'Die Antwort war nicht lesbar.'],
});

/** What happened, in the user's language where we have it. */
export function problemText(problem: Problem): string {
  const row = W[problem.slug];
  if (row) return t(row, { s: problem.retryAfterS ?? 30 });
  return problem.detail || problem.title || problem.slug;
}
