// The top bar: title, the meter or load being looked at, the connection, the user.

import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { duration, moment, offset } from '~/i18n/format';
import { href } from '~/router';
import { image, link, silence } from '~/state/live';
import { choices, chooseMeter, chosen } from '~/state/meter';
import { Icon } from '~/ui/Icon';
import { UserMenu } from './UserMenu';

const W = words({
  choose: ['Meter or load', 'Contatore o carico', 'Compteur ou charge', 'Zähler oder Last'],
  silent: ['No values for {age}', 'Nessun valore da {age}', 'Aucune valeur depuis {age}', 'Keine Werte seit {age}'],
  connecting: ['Connecting …', 'Connessione …', 'Connexion …', 'Verbinden …'],
  alarms: ['Unacknowledged alarms: {n}', 'Allarmi da confermare: {n}', 'Alarmes à acquitter : {n}', 'Unbestätigte Alarme: {n}'],
});

export function TopBar({ title }: { title: string }) {
  return (
    <header class="top">
      <h1 class="top-title">{title}</h1>
      <MeterChoice />
      <Clock />
      <AlarmLink />
      <UserMenu />
    </header>
  );
}

function MeterChoice() {
  const list = choices.value;
  if (list.length < 2) return <span class="top-meter">{list[0]?.name}</span>;
  return (
    <select
      class="input top-meter" aria-label={t(W.choose)} value={chosen.value.key}
      onChange={(event) => chooseMeter(event.currentTarget.value)}
    >
      {list.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}
    </select>
  );
}

/** The device's time while values come; how long there have been none when they do not. */
function Clock() {
  const quiet = silence.value;
  if (quiet !== null) {
    return <span class="top-clock is-alarm" role="status">{t(W.silent, { age: duration(quiet) })}</span>;
  }
  const time = image.value?.time;
  if (!time) return <span class="top-clock dim">{link.value === 'open' ? t(Common.loading) : t(W.connecting)}</span>;
  return <span class="top-clock dim" title={offset(time)}>{moment(time, 'short')}</span>;
}

function AlarmLink() {
  const count = image.value?.alarms ?? 0;
  if (count === 0) return null;
  const label = t(W.alarms, { n: count });
  return (
    <a class="button button-quiet top-alarm" href={href('/alarms')} aria-label={label} title={label}>
      <Icon name="alarm" /><span>{count}</span>
    </a>
  );
}
