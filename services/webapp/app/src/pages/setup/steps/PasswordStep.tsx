// The first administrator.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { LANGUAGES, language, t } from '~/i18n';
import { choosePreferences } from '~/state/preferences';
import { enter } from '~/state/session';
import { useWrite } from '~/state/write';
import { TextField } from '~/ui/Field';
import { Segments } from '~/ui/Segments';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function PasswordStep({ done }: StepProps) {
  const [username, setUsername] = useState('admin');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const write = useWrite(() => api.setupPassword(username, password));
  const differ = again !== password;
  const next = async () => {
    setTried(true);
    if (differ) return;
    const me = await write.run();
    if (!me) return;
    enter({ ...me, preferences: { ...me.preferences, language: language.value } });
    done(null);
  };
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()}>
      <Segments
        label={t(W.own_language)} value={language.value}
        options={LANGUAGES.map(({ slug, name }) => ({ key: slug, name }))}
        onChange={(chosen) => void choosePreferences({ language: chosen }, false)}
      />
      <p class="dim">{t(W.password_help)}</p>
      <TextField label={t(W.username)} autocomplete="username" value={username} onInput={setUsername} required error={write.problem?.of('username')} />
      <TextField
        label={t(W.new_password)} type="password" autocomplete="new-password" value={password} onInput={setPassword}
        required error={write.problem?.of('password')} autofocus
      />
      <TextField
        label={t(W.repeat)} type="password" autocomplete="new-password" value={again} onInput={setAgain} required
        error={tried && differ ? t(W.differ) : null}
      />
    </StepForm>
  );
}
