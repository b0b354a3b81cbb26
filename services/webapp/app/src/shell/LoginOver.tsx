// Asking for the password over the page: after a session was lost, and before what needs it once more.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { LoginForm } from '~/pages/login/LoginForm';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { TextField } from '~/ui/Field';

const W = words({
  again: ['Please log in again', "Effettuare di nuovo l'accesso", 'Veuillez vous reconnecter', 'Bitte erneut anmelden'],
  stays: [
    'The session has ended. The page stays as it is.', 'La sessione è terminata. La pagina resta com’è.',
    'La session est terminée. La page reste en l’état.', 'Die Sitzung ist beendet. Die Seite bleibt, wie sie ist.'],
  confirm: ['Confirm with your password', 'Confermare con la password', 'Confirmer avec votre mot de passe', 'Mit Ihrem Passwort bestätigen'],
  password: ['Password', 'Password', 'Mot de passe', 'Passwort'],
  go: ['Confirm', 'Conferma', 'Confirmer', 'Bestätigen'],
});

export function LoginOver() {
  return (
    <Dialog title={t(W.again)} onClose={() => {}} locked>
      <p class="dim">{t(W.stays)}</p>
      <LoginForm />
    </Dialog>
  );
}

export function ConfirmPassword({ answer }: { answer: (confirmed: boolean) => void }) {
  const [password, setPassword] = useState('');
  const write = useWrite(async () => {
    await api.confirm(password);
    answer(true);
  });
  return (
    <Dialog title={t(W.confirm)} onClose={() => answer(false)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void write.run();
        }}
      >
        <TextField label={t(W.password)} type="password" autocomplete="current-password" value={password} onInput={setPassword} autofocus />
        <WriteStatus status={write.status} />
        <div class="dialog-actions">
          <Button onClick={() => answer(false)}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" pending={write.pending}>{t(W.go)}</Button>
        </div>
      </form>
    </Dialog>
  );
}
