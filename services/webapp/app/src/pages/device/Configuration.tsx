// The configuration file: jobs of the store, zone, tariffs. Checked by the device while one types; what is wrong stands
// beneath the text, and nothing wrong can be saved.

import { useEffect, useState } from 'preact/hooks';
import * as api from '~/api/client';
import { asProblem, type Problem } from '~/api/problem';
import type { Configuration as Kept } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { problemText } from '~/i18n/problems';
import { effectiveText } from '~/i18n/settings';
import { useResource } from '~/state/resource';
import { restart } from '~/state/restart';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { LoadedOrAbsent } from '~/ui/Absent';
import { Button, WriteStatus } from '~/ui/Button';
import { TextArea } from '~/ui/Field';

const W = words({
  title: ['Configuration file', 'File di configurazione', 'Fichier de configuration', 'Konfigurationsdatei'],
  help: [
    'Jobs of the store, time zone and calendar of tariffs, as TOML.', 'Lavori dell’archivio, fuso orario e calendario delle tariffe, in TOML.',
    "Travaux de l'archive, fuseau horaire et calendrier des tarifs, en TOML.", 'Aufträge des Speichers, Zeitzone und Tarifkalender, als TOML.'],
  text: ['Text', 'Testo', 'Texte', 'Text'],
  fine: ['The text can be taken.', 'Il testo è valido.', 'Le texte est valable.', 'Der Text ist gültig.'],
  waits: [
    'This text waits for the next start of the run.', 'Questo testo attende il prossimo avvio.',
    'Ce texte attend le prochain démarrage.', 'Dieser Text wartet auf den nächsten Start.'],
  restart: ['Begin anew now', 'Riavvia ora', 'Redémarrer maintenant', 'Jetzt neu beginnen'],
  discard: ['Discard', 'Scarta', 'Abandonner', 'Verwerfen'],
});

/** Typing pauses that long at the end of a line. */
const PAUSE_MS = 600;
const ROWS = 18;

export function Configuration() {
  const kept = useResource('configuration', api.configuration);
  return (
    <section class="panel stack">
      <h2>{t(W.title)}</h2>
      <LoadedOrAbsent resource={kept} height={200}>
        {({ text, takes_effect }) => (
          <>
            {takes_effect === 'next_start' && <Waiting />}
            <Editor kept={text} saved={kept.set} />
          </>
        )}
      </LoadedOrAbsent>
    </section>
  );
}

/** What was saved is not what holds, until the run begins anew. */
function Waiting() {
  const write = useWrite(() => restart('/device/settings'));
  return (
    <div class="notice notice-warning row row-spread" role="status">
      <span>{t(W.waits)}</span>
      <span class="row">
        <Button pending={write.pending} disabled={!may('administrator')} onClick={() => void write.run()}>{t(W.restart)}</Button>
        <WriteStatus status={write.status} />
      </span>
    </div>
  );
}

function Editor({ kept, saved }: { kept: string; saved: (kept: Kept) => void }) {
  const [text, setText] = useState(kept);
  const [wrong, setWrong] = useState<Problem | null>(null);
  const [checked, setChecked] = useState(false);
  const changed = text !== kept;
  useEffect(() => {
    setChecked(false);
    setWrong(null);
    if (!changed) return;
    let current = true;
    const timer = setTimeout(() => {
      api.checkConfiguration(text).then(
        () => current && setChecked(true),
        (thrown: unknown) => current && setWrong(asProblem(thrown)),
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, changed]);
  const write = useWrite(async () => {
    saved(await api.saveConfiguration(text));
  });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && !wrong) void write.run();
      }}
    >
      <TextArea
        label={t(W.text)} rows={ROWS} value={text} help={`${t(W.help)} ${effectiveText('next_start')}.`} error={wrong ? problemText(wrong) : null}
        onInput={(typed) => {
          write.reset();
          setText(typed);
        }}
      />
      <div class="row">
        <Button kind="main" type="submit" pending={write.pending} disabled={!changed || wrong !== null}>{t(Common.save)}</Button>
        <Button disabled={!changed} onClick={() => setText(kept)}>{t(W.discard)}</Button>
        {checked && <span class="small is-ok" role="status">{t(W.fine)}</span>}
        <WriteStatus status={write.status} />
      </div>
    </form>
  );
}
