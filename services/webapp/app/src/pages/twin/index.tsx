// The console of the twin: where the scenario stands, how fast it runs, what can be injected, and what comes of
// it.

import './twin.css';
import * as api from '~/api/client';
import { t } from '~/i18n';
import { useResource } from '~/state/resource';
import { simulated } from '~/state/session';
import { Empty, Loaded } from '~/ui/states';
import { Effect } from './Effect';
import { Injected } from './Injected';
import { Injections } from './Injections';
import { Scenario } from './Scenario';
import { Source } from './Source';
import { W } from './words';

/** The position moves all the time, and is worth a look every two seconds. */
const EVERY_MS = 2000;

export default function TwinPage() {
  if (!simulated.value) return <div class="page"><Empty text={t(W.not_simulated)} /></div>;
  return <Console />;
}

function Console() {
  const twin = useResource('twin', api.twin, { everyMs: EVERY_MS });
  return (
    <div class="page twin">
      <section class="panel stack">
        <Loaded resource={twin} height={190}>{(known) => <Scenario twin={known} reload={twin.reload} />}</Loaded>
      </section>
      <div class="two">
        <section class="panel stack">
          <h2>{t(W.injections)}</h2>
          <Injections injected={twin.reload} />
        </section>
        <section class="panel stack"><Effect /></section>
      </div>
      {twin.value && <Injected twin={twin.value} />}
      <Source />
    </div>
  );
}
