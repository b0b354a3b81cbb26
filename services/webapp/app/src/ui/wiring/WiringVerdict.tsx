// What the check of the wiring finds, and the way out: each candidate is one click, taken in the calculation
// and not at the terminals, and can be taken back.

import * as api from '~/api/client';
import type { Wiring } from '~/api/types';
import { t, words } from '~/i18n';
import { findingText } from '~/i18n/findings';
import { liveMeter } from '~/state/live';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Loaded } from '~/ui/states';

const AS_CONNECTED = 'l1 l2 l3';

const W = words({
  title: ['Wiring check', 'Verifica del cablaggio', 'Contrôle du câblage', 'Anschlussprüfung'],
  correct: ['Correct in the calculation', 'Correggi nel calcolo', 'Corriger dans le calcul', 'Rechnerisch korrigieren'],
  corrected: ['Corrected in the calculation: {what}', 'Corretto nel calcolo: {what}', 'Corrigé dans le calcul : {what}', 'Rechnerisch korrigiert: {what}'],
  take_back: ['Measure as connected', 'Misura come collegato', 'Mesurer tel que raccordé', 'Messen wie angeschlossen'],
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
          </>
        )}
      </Loaded>
    </section>
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
