// The user's menu: language, theme, phase colours, log-out; on a phone also the pages beneath the five.

import { useState } from 'preact/hooks';
import type { PhaseColours, Preferences, Theme } from '~/api/types';
import { asProblem, type Problem } from '~/api/problem';
import { LANGUAGES, language, t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { problemText } from '~/i18n/problems';
import { href } from '~/router';
import { ROUTES, pathOf } from '~/routes';
import { choosePreferences, phaseColours, theme } from '~/state/preferences';
import { leave, me } from '~/state/session';
import { Button } from '~/ui/Button';
import { SelectField } from '~/ui/Field';
import { Icon } from '~/ui/Icon';
import { Menu } from '~/ui/Menu';
import { PhaseMark } from '~/ui/Phase';

const W = words({
  menu: ['User and preferences', 'Utente e preferenze', 'Utilisateur et préférences', 'Benutzer und Einstellungen'],
  language: ['Language', 'Lingua', 'Langue', 'Sprache'],
  theme: ['Theme', 'Tema', 'Thème', 'Farbschema'],
  system: ['As the system', 'Come il sistema', 'Comme le système', 'Wie das System'],
  light: ['Light', 'Chiaro', 'Clair', 'Hell'],
  dark: ['Dark', 'Scuro', 'Sombre', 'Dunkel'],
  phases: ['Phase colours', 'Colori delle fasi', 'Couleurs des phases', 'Farben der Phasen'],
  iec: ['IEC: brown, black, grey, blue', 'IEC: marrone, nero, grigio, blu', 'CEI : brun, noir, gris, bleu', 'IEC: braun, schwarz, grau, blau'],
  us: ['US: black, red, blue, white', 'USA: nero, rosso, blu, bianco', 'US : noir, rouge, bleu, blanc', 'US: schwarz, rot, blau, weiß'],
  us_delta: ['US: brown, orange, yellow', 'USA: marrone, arancio, giallo', 'US : brun, orange, jaune', 'US: braun, orange, gelb'],
  log_out: ['Log out', 'Esci', 'Se déconnecter', 'Abmelden'],
});

export function UserMenu() {
  return (
    <Menu label={t(W.menu)} button={<Icon name="user" />}>
      {(close) => <Panel close={close} />}
    </Menu>
  );
}

function Panel({ close }: { close: () => void }) {
  const known = me.value;
  return (
    <div class="stack">
      {known && <div><strong>{known.username}</strong> <span class="dim">{t(Common[known.role])}</span></div>}
      <nav class="only-phone stack stack-tight">
        {ROUTES.filter((route) => route.place === 'more').map((route) => (
          <a key={route.name} class="rail-link" href={href(pathOf(route))} onClick={close}>
            <Icon name={route.icon} />{t(route.title)}
          </a>
        ))}
      </nav>
      <PreferenceFields kept={known?.has_password ?? false} />
      <Button onClick={() => void leave()}>{t(W.log_out)}</Button>
    </div>
  );
}

export function PreferenceFields({ kept }: { kept: boolean }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const choose = (change: Partial<Preferences>) => {
    setProblem(null);
    choosePreferences(change, kept).catch((thrown: unknown) => setProblem(asProblem(thrown)));
  };
  return (
    <div class="stack stack-tight">
      <SelectField
        label={t(W.language)} value={language.value} onChange={(chosen) => choose({ language: chosen })}
        options={LANGUAGES.map(({ slug, name }) => ({ key: slug, name }))}
      />
      <SelectField<Theme>
        label={t(W.theme)} value={theme.value} onChange={(chosen) => choose({ theme: chosen })}
        options={[{ key: 'system', name: t(W.system) }, { key: 'light', name: t(W.light) }, { key: 'dark', name: t(W.dark) }]}
      />
      <SelectField<PhaseColours>
        label={t(W.phases)} value={phaseColours.value} onChange={(chosen) => choose({ phase_colours: chosen })}
        options={[{ key: 'iec', name: t(W.iec) }, { key: 'us', name: t(W.us) }, { key: 'us-delta', name: t(W.us_delta) }]}
        help={<span class="row"><PhaseMark scope="l1" label="L1" /><PhaseMark scope="l2" label="L2" /><PhaseMark scope="l3" label="L3" /><PhaseMark scope="n" label="N" /></span>}
      />
      {problem && <p class="field-error" role="alert">{problemText(problem)}</p>}
    </div>
  );
}
