// Name and password. The error stands beneath the field that has to be typed again.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { problemText } from '~/i18n/problems';
import { enter } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button } from '~/ui/Button';
import { TextField } from '~/ui/Field';

const W = words({
  username: ['User name', 'Nome utente', "Nom d'utilisateur", 'Benutzername'],
  password: ['Password', 'Password', 'Mot de passe', 'Passwort'],
  log_in: ['Log in', 'Accedi', 'Se connecter', 'Anmelden'],
});

export function LoginForm() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const write = useWrite(async () => enter(await api.login(username, password)));
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void write.run();
      }}
    >
      <TextField label={t(W.username)} autocomplete="username" value={username} onInput={setUsername} required autofocus />
      <TextField
        label={t(W.password)} type="password" autocomplete="current-password" value={password} required
        onInput={setPassword} error={write.problem && problemText(write.problem)}
      />
      <Button kind="main" type="submit" pending={write.pending}>{t(W.log_in)}</Button>
    </form>
  );
}
