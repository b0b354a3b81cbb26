// The login: which device this is, name, password, and the language to read them in.

import './login.css';
import * as api from '~/api/client';
import { LANGUAGES, language, t, words } from '~/i18n';
import { useResource } from '~/state/resource';
import { choosePreferences } from '~/state/preferences';
import { SimulatedBand } from '~/shell/SimulatedBand';
import { Segments } from '~/ui/Segments';
import { LoginForm } from './LoginForm';

const W = words({
  title: ['Energy meter', 'Contatore di energia', "Compteur d'énergie", 'Energiezähler'],
  language: ['Language', 'Lingua', 'Langue', 'Sprache'],
});

export default function LoginPage() {
  const health = useResource('health', api.health);
  return (
    <>
      {health.value?.simulated && <SimulatedBand />}
      <main class="login">
        <div class="panel login-panel stack">
          <div>
            <h1>{t(W.title)}</h1>
            <p class="dim small login-version">ems {health.value?.version}</p>
          </div>
          <LoginForm />
          <Segments
            label={t(W.language)} value={language.value}
            options={LANGUAGES.map(({ slug, name }) => ({ key: slug, name }))}
            onChange={(chosen) => void choosePreferences({ language: chosen }, false)}
          />
        </div>
      </main>
    </>
  );
}
