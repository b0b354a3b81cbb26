// The device's display as it is, and its four buttons. Held buttons are long presses, as on the device; who cannot
// hold chooses the long press beside them.

import './display.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Lcd } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { settingName } from '~/i18n/settings';
import { href } from '~/router';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { WriteStatus } from '~/ui/Button';
import { CheckField } from '~/ui/Field';
import { Empty, ProblemNotice, Skeleton } from '~/ui/states';
import { LcdCanvas } from './LcdCanvas';
import { PressButton, type Key } from './PressButton';

const W = words({
  title: ['The display', 'Il display', "L'afficheur", 'Die Anzeige'],
  shows: ['Display of the device, view “{view}”', 'Display del dispositivo, vista «{view}»', "Afficheur de l'appareil, vue « {view} »", 'Anzeige des Geräts, Ansicht „{view}“'],
  lit: ['Back-light on', 'Retroilluminazione accesa', 'Rétroéclairage allumé', 'Beleuchtung an'],
  unlit: ['Back-light off', 'Retroilluminazione spenta', 'Rétroéclairage éteint', 'Beleuchtung aus'],
  view: ['View: {view}', 'Vista: {view}', 'Vue : {view}', 'Ansicht: {view}'],
  long: ['Long press', 'Pressione lunga', 'Appui long', 'Lange drücken'],
  long_help: [
    'Holding a button for 2 s is a long press, as on the device.', 'Tenere premuto un tasto per 2 s è una pressione lunga, come sul dispositivo.',
    "Maintenir une touche 2 s est un appui long, comme sur l'appareil.", 'Eine Taste 2 s zu halten ist ein langer Druck, wie am Gerät.'],
  none: ['This meter has no display.', 'Questo contatore non ha display.', "Ce compteur n'a pas d'afficheur.", 'Dieser Zähler hat keine Anzeige.'],
  same: [
    'It is the same display for all: what is pressed here is seen at the device.', 'Il display è uno solo: ciò che si preme qui si vede sul dispositivo.',
    "C'est le même afficheur pour tous : ce qui est pressé ici se voit sur l'appareil.", 'Es ist dieselbe Anzeige für alle: was hier gedrückt wird, ist am Gerät zu sehen.'],
  settings: ['Settings of the display', 'Impostazioni del display', "Réglages de l'afficheur", 'Einstellungen der Anzeige'],
});

/** From an answer to the next question. */
const AGAIN_MS = 1000;

export default function Display() {
  const lcd = useResource('lcd', api.lcd);
  useAgain(lcd.value, lcd.failedAt, lcd.reload);
  const [long, setLong] = useState(false);
  const press = useWrite(async (key: Key, held: boolean) => lcd.set(await api.lcdPress(key, held)));
  if (lcd.problem?.slug === 'conflict' && !lcd.value) return <section class="panel"><Empty text={t(W.none)} /></section>;
  return (
    <section class="panel stack">
      <h2>{t(W.title)}</h2>
      {lcd.problem && <ProblemNotice problem={lcd.problem} since={lcd.failedAt} retry={lcd.reload} />}
      <div class="lcd">
        {lcd.value
          ? <div class={lcd.problem ? 'lcd-stale' : undefined}><LcdCanvas lcd={lcd.value} title={t(W.shows, { view: lcd.value.view.replaceAll('_', ' ') })} /></div>
          : !lcd.problem && <Skeleton height={384} />}
        <div class="stack stack-tight">
          <div class="lcd-keys" role="group" aria-label={t(W.title)}>
            {(['up', 'down', 'back', 'enter'] as const).map((key) => (
              <PressButton
                key={key} name={key} disabled={!may('operator')} pending={press.pending}
                press={(held) => {
                  setLong(false);
                  void press.run(key, held || long);
                }}
              />
            ))}
          </div>
          {may('operator')
            ? <><CheckField label={t(W.long)} checked={long} onChange={setLong} /><p class="small dim">{t(W.long_help)} {t(W.same)}</p></>
            : <p class="small dim">{t(Common.needs_role, { role: t(Common.operator) })}</p>}
          {press.status.state === 'failed' && <WriteStatus status={press.status} />}
          {lcd.value && <State lcd={lcd.value} />}
        </div>
      </div>
    </section>
  );
}

function State({ lcd }: { lcd: Lcd }) {
  return (
    <p class="small dim">
      {t(W.view, { view: lcd.view.replaceAll('_', ' ') })} · {lcd.lit ? t(W.lit) : t(W.unlit)} ·{' '}
      <a href={href('/device/settings')} title={settingName('display_backlight_min')}>{t(W.settings)}</a>
    </p>
  );
}

/** Asks again a second after each answer, so that a slow line is never asked twice at once. */
function useAgain(answer: unknown, failedAt: number | null, reload: () => void): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (failedAt !== null) return;
    const again = () => document.visibilityState === 'visible' && latest.current();
    const timer = setTimeout(again, AGAIN_MS);
    document.addEventListener('visibilitychange', again);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }, [answer, failedAt]);
}
