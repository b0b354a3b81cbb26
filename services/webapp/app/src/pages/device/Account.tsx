// One's own account: who one is, the password, the preferences.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { me } from '~/state/session';
import { useWrite } from '~/state/write';
import { PreferenceFields } from '~/shell/UserMenu';
import { Button, WriteStatus } from '~/ui/Button';
import { TextField } from '~/ui/Field';
import { Facts } from './Facts';
import { PASSWORD_MIN, P } from './people/words';

const W = words({
  account: ['Account', 'Account', 'Compte', 'Konto'],
  role: ['Role', 'Ruolo', 'Rôle', 'Rolle'],
  expires: ['This session ends', 'Questa sessione termina', 'Cette session se termine', 'Diese Sitzung endet'],
  preferences: ['Preferences', 'Preferenze', 'Préférences', 'Einstellungen der Ansicht'],
  password: ['Change the password', 'Cambia la password', 'Changer le mot de passe', 'Passwort ändern'],
  old: ['Present password', 'Password attuale', 'Mot de passe actuel', 'Bisheriges Passwort'],
  ends: [
    'All your sessions end with it, this one too; then log in with the new one.', 'Terminano tutte le sessioni, anche questa; poi accedere con la nuova.',
    'Toutes vos sessions se terminent, celle-ci aussi ; connectez-vous ensuite avec le nouveau.', 'Damit enden alle Ihre Sitzungen, auch diese; danach mit dem neuen anmelden.'],
  no_password: [
    'You came by a one-time link: there is no account behind this session, and no password to change.', "Accesso tramite collegamento monouso: non c'è un account, né una password da cambiare.",
    "Vous êtes venu par un lien à usage unique : il n'y a ni compte ni mot de passe à changer.", 'Sie kamen über einen Einmal-Link: dahinter steht kein Konto und kein Passwort, das zu ändern wäre.'],
});

export default function Account() {
  const known = me.value;
  if (!known) return null;
  return (
    <div class="two">
      <div class="stack">
        <section class="panel">
          <h2>{t(W.account)}</h2>
          <Facts rows={[[t(P.username), known.username], [t(W.role), t(Common[known.role])], [t(W.expires), moment(known.expires)]]} />
        </section>
        <section class="panel stack">
          <h2>{t(W.password)}</h2>
          {known.has_password ? <PasswordForm username={known.username} /> : <p class="dim">{t(W.no_password)}</p>}
        </section>
      </div>
      <section class="panel stack">
        <h2>{t(W.preferences)}</h2>
        <PreferenceFields kept={known.has_password} />
      </section>
    </div>
  );
}

function PasswordForm({ username }: { username: string }) {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const write = useWrite(async () => {
    await api.changePassword(old, next);
    setOld('');
    setNext('');
    setAgain('');
    // The session is gone; asking who one is brings the login over the page.
    await api.me().catch(() => {});
  });
  const short = next !== '' && next.length < PASSWORD_MIN;
  const differs = again !== '' && again !== next;
  const ready = old !== '' && next.length >= PASSWORD_MIN && again === next;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void write.run();
      }}
    >
      <input class="hidden-text" type="text" value={username} autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" />
      <TextField label={t(W.old)} type="password" autocomplete="current-password" value={old} onInput={setOld} error={write.problem?.of('old')} />
      <TextField
        label={t(P.new_password)} type="password" autocomplete="new-password" value={next} onInput={setNext} help={t(P.password_help)}
        error={short ? t(P.password_short) : (write.problem?.of('new') ?? write.problem?.of('password'))}
      />
      <TextField label={t(P.again)} type="password" autocomplete="new-password" value={again} onInput={setAgain} error={differs ? t(P.differs) : null} />
      <p class="small dim">{t(W.ends)}</p>
      <div class="row">
        <Button kind="main" type="submit" pending={write.pending} disabled={!ready}>{t(W.password)}</Button>
        <WriteStatus status={write.status} />
      </div>
    </form>
  );
}
