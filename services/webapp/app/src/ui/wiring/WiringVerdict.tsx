// What the check of the wiring finds, and the way out: each candidate is one click, taken in the calculation
// and not at the terminals, and can be taken back.

import * as api from '~/api/client';
import type { Wiring } from '~/api/types';
import { t, words } from '~/i18n';
import { findingText } from '~/i18n/findings';
import { liveMeter } from '~/state/live';
import { settingName } from '~/i18n/settings';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Segments } from '~/ui/Segments';
import { Loaded } from '~/ui/states';

const AS_CONNECTED = 'l1 l2 l3';

const W = words({
  title: ['Wiring check', 'Verifica del cablaggio', 'Contrôle du câblage', 'Anschlussprüfung'],
  correct: ['Correct in the calculation', 'Correggi nel calcolo', 'Corriger dans le calcul', 'Rechnerisch korrigieren'],
  corrected: ['Corrected in the calculation: {what}', 'Corretto nel calcolo: {what}', 'Corrigé dans le calcul : {what}', 'Rechnerisch korrigiert: {what}'],
  take_back: ['Measure as connected', 'Misura come collegato', 'Mesurer tel que raccordé', 'Messen wie angeschlossen'],
  possible: ['possible', 'possibile', 'possible', 'möglich'],
  none: ['nothing generates', 'nulla genera', 'rien ne produit', 'nichts erzeugt'],
  not_judged: [
    'While something may generate, a reversed input looks like export, so the currents are not judged. For the check, see that nothing generates, and say so here.',
    "Finché qualcosa può generare, un ingresso invertito sembra esportazione, quindi le correnti non sono giudicate. Per la verifica, assicurarsi che nulla generi e indicarlo qui.",
    "Tant que quelque chose peut produire, une entrée inversée ressemble à une exportation : les courants ne sont pas jugés. Pour le contrôle, veillez à ce que rien ne produise, et indiquez-le ici.",
    'Solange etwas erzeugen kann, sieht ein verdrehter Eingang wie Einspeisung aus; die Ströme werden nicht beurteilt. Sorgen Sie für die Prüfung dafür, dass nichts erzeugt, und geben Sie es hier an.'],
  judged: [
    'The currents are judged as those of loads. Set it back once the check is done, if there is generation here.',
    'Le correnti sono giudicate come quelle di carichi. Reimpostare dopo la verifica, se qui c’è generazione.',
    "Les courants sont jugés comme ceux de charges. Rétablissez-le après le contrôle, s'il y a une production ici.",
    'Die Ströme werden wie die von Lasten beurteilt. Stellen Sie es nach der Prüfung zurück, wenn es hier Erzeugung gibt.'],
  inputs: ['Inputs 1, 2, 3 carry', 'Gli ingressi 1, 2, 3 portano', 'Les entrées 1, 2, 3 portent', 'Eingänge 1, 2, 3 führen'],
  likely: ['Most likely first. Each puts the currents where loads would have them.', 'Il più probabile per primo. Ognuno porta le correnti dove le avrebbero i carichi.', 'Le plus probable en premier. Chacun place les courants là où des charges les auraient.', 'Das Wahrscheinlichste zuerst. Jede bringt die Ströme dorthin, wo Lasten sie hätten.'],
});

export function WiringVerdict({ meter }: { meter: string }) {
  const finding = liveMeter(meter)?.finding;
  const wiring = useResource(`wiring ${meter} ${finding}`, (signal) => api.wiring(meter, signal));
  const correct = useWrite(async (text: string) => wiring.set(await api.correctWiring(meter, text)));
  return (
    <section aria-label={t(W.title)} class="stack stack-tight">
      <Loaded resource={wiring} height={64}>
        {(known) => (
          <>
            <Sentence wiring={known} />
            {known.candidates.length > 1 && <p class="small dim">{t(W.likely)}</p>}
            {known.candidates.map(({ text, slug, sentence }) => (
              <div key={text} class="row row-spread">
                <span>{findingText(slug, sentence)} <span class="small dim">({t(W.inputs)} {inputsText(text)})</span></span>
                <Button kind="main" pending={correct.pending} disabled={!may('operator')} onClick={() => void correct.run(text)}>
                  {t(W.correct)}
                </Button>
              </div>
            ))}
            {known.correction.text !== AS_CONNECTED && (
              <div class="row row-spread">
                <span>{t(W.corrected, { what: findingText(known.correction.slug) })}</span>
                <Button pending={correct.pending} disabled={!may('operator')} onClick={() => void correct.run(AS_CONNECTED)}>
                  {t(W.take_back)}
                </Button>
              </div>
            )}
            <WriteStatus status={correct.status} />
            <Generation changed={wiring.reload} />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** While something may generate, a reversed input looks like export: then the currents are not judged. */
function Generation({ changed }: { changed: () => void }) {
  const settings = useResource('settings generation', api.settings);
  const write = useWrite(async (generation: string) => {
    await api.changeSettings({ generation });
    settings.reload();
    changed();
  });
  const value = settings.value?.settings.generation?.name ?? '';
  if (value === '') return null;
  return (
    <div class="stack stack-tight">
      <div class="row row-spread">
        <span>{settingName('generation')}</span>
        {may('operator') && (
          <Segments
            label={settingName('generation')} value={value} onChange={(wanted) => void write.run(wanted)}
            options={[{ key: 'possible', name: t(W.possible) }, { key: 'none', name: t(W.none) }]}
          />
        )}
      </div>
      <p class="small dim">{t(value === 'none' ? W.judged : W.not_judged)}</p>
      <WriteStatus status={write.status} />
    </div>
  );
}

/** `-l1 l3 l2` as it is read at the terminals: −L1, L3, L2. */
function inputsText(text: string): string {
  return text.split(' ').map((part) => part.toUpperCase().replace('-', '−')).join(', ');
}

function Sentence({ wiring }: { wiring: Wiring }) {
  const kind = wiring.alarm ? 'alarm' : wiring.finding === 'ok' ? 'ok' : 'warning';
  const text = findingText(wiring.finding, wiring.sentence);
  return (
    <div class={`notice notice-${kind}`} role="status">
      <span class="phase-mark"><Icon name={kind === 'ok' ? 'ok' : 'alarm'} size={18} /><strong class="verdict-text">{text}</strong></span>
    </div>
  );
}
