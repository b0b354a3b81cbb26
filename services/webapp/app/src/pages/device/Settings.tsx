// All settings, by what they are about; made from the catalogue, so that a new one appears by itself.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { SettingsReply } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { settingName } from '~/i18n/settings';
import { href } from '~/router';
import { catalog, reloadDevice, settingRow } from '~/state/catalog';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { NumberField } from '~/ui/Field';
import { SettingsForm } from '~/ui/settings/SettingsForm';
import { Loaded } from '~/ui/states';
import { Configuration } from './Configuration';

const W = words({
  measuring: ['Measuring', 'Misura', 'Mesure', 'Messung'],
  tariffs: ['Tariffs and partial counters', 'Tariffe e contatori parziali', 'Tarifs et compteurs partiels', 'Tarife und Teilzähler'],
  io: ['Inputs, outputs and alarm', 'Ingressi, uscite e allarme', 'Entrées, sorties et alarme', 'Ein- und Ausgänge, Alarm'],
  io_page: [
    'On the page of inputs and outputs, with their state.', 'Nella pagina ingressi e uscite, con il loro stato.',
    'Sur la page des entrées et sorties, avec leur état.', 'Auf der Seite der Ein- und Ausgänge, mit ihrem Zustand.'],
  open: ['Open', 'Apri', 'Ouvrir', 'Öffnen'],
  display: ['Display', 'Display', 'Afficheur', 'Anzeige'],
  access: ['Access by Modbus', 'Accesso via Modbus', 'Accès par Modbus', 'Zugang über Modbus'],
  others: ['Others', 'Altre', 'Autres', 'Weitere'],
  password_help: [
    '0 to 9999; 0 asks for none. It is never shown, and travels as it is: it keeps out mistakes, not attackers.',
    'da 0 a 9999; 0 non ne chiede. Non è mai mostrata e viaggia in chiaro: evita errori, non attacchi.',
    "0 à 9999 ; 0 n'en demande pas. Il n'est jamais affiché et circule en clair : il évite les erreurs, pas les attaques.",
    '0 bis 9999; 0 verlangt keines. Es wird nie gezeigt und reist im Klartext: es hält Versehen ab, keine Angreifer.'],
  password_wrong: ['A whole number from 0 to 9999', 'Un numero intero da 0 a 9999', 'Un nombre entier de 0 à 9999', 'Eine ganze Zahl von 0 bis 9999'],
  effect_wiring: [
    'The meter computes for another wiring system from the next window on. A wrong choice makes wrong energies.',
    'Il contatore calcola per un altro sistema dalla prossima finestra. Una scelta errata produce energie errate.',
    "Le compteur calcule pour un autre type de réseau dès la prochaine fenêtre. Un mauvais choix fausse les énergies.",
    'Der Zähler rechnet ab dem nächsten Fenster für ein anderes Netzsystem. Eine falsche Wahl ergibt falsche Energien.'],
  effect_netting: [
    'kWh+ and kWh− count by another rule from now on; what is counted stays.', 'kWh+ e kWh− contano con un’altra regola da ora; quanto contato resta.',
    'kWh+ et kWh− comptent désormais selon une autre règle ; ce qui est compté reste.', 'kWh+ und kWh− zählen ab jetzt nach anderer Regel; Gezähltes bleibt.'],
});

const GROUPS = {
  measuring: ['wiring', 'netting', 'apparent_method', 'dc_blocking', 'demand_interval_min', 'wrong_connection_detection', 'generation'],
  tariffs: ['tariff_mode', 'tariff_selected', 'partial_running'],
  display: ['display_language', 'display_home_page', 'display_backlight_min', 'display_screensaver', 'display_page_filter'],
} as const;
/** On the page of inputs and outputs; the password is a form of its own. */
const ELSEWHERE = /^(digital_|pulse_|alarm_|output_remote$|password$)/;

export default function Settings() {
  const reply = useResource('settings', api.settings);
  const saved = () => {
    reply.reload();
    // The wiring system decides which phases there are.
    reloadDevice().catch(() => {});
  };
  return (
    <Loaded resource={reply} height={600}>
      {({ settings }) => <Groups settings={settings} saved={saved} />}
    </Loaded>
  );
}

function Groups({ settings, saved }: { settings: SettingsReply['settings']; saved: () => void }) {
  const grouped = new Set<string>(Object.values(GROUPS).flat());
  const others = (catalog.value?.settings ?? []).map(({ slug }) => slug).filter((slug) => !grouped.has(slug) && !ELSEWHERE.test(slug));
  const effects = { wiring: t(W.effect_wiring), netting: t(W.effect_netting) };
  return (
    <>
      {(['measuring', 'tariffs', 'display'] as const).map((group) => (
        <section key={group} class="panel stack">
          <h2>{t(W[group])}</h2>
          <SettingsForm slugs={GROUPS[group]} settings={settings} saved={saved} effects={effects} />
        </section>
      ))}
      {others.length > 0 && (
        <section class="panel stack">
          <h2>{t(W.others)}</h2>
          <SettingsForm slugs={others} settings={settings} saved={saved} />
        </section>
      )}
      <section class="panel stack stack-tight">
        <h2>{t(W.io)}</h2>
        <p class="dim">{t(W.io_page)}</p>
        <div><a class="button" href={href('/io')}>{t(W.open)}</a></div>
      </section>
      {settingRow('password') && may('operator') && <Password />}
      {may('administrator') && <Configuration />}
    </>
  );
}

/** The one setting that can be written and not read. */
function Password() {
  const [text, setText] = useState('');
  const write = useWrite(async (value: number) => {
    await api.changeSettings({ password: value });
    setText('');
  });
  const wrong = text !== '' && !/^\d{1,4}$/.test(text.trim());
  return (
    <section class="panel stack">
      <h2>{t(W.access)}</h2>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (text !== '' && !wrong) void write.run(Number(text));
        }}
      >
        <div class="settings-grid">
          <NumberField
            label={settingName('password')} value={text} min={0} max={9999} help={t(W.password_help)}
            error={wrong ? t(W.password_wrong) : write.problem?.of('password')} onInput={setText}
          />
        </div>
        <div class="row">
          <Button kind="main" type="submit" pending={write.pending} disabled={text === '' || wrong}>{t(Common.save)}</Button>
          <WriteStatus status={write.status} />
        </div>
      </form>
    </section>
  );
}
