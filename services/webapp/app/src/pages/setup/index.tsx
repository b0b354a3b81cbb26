// The wizard of a fresh device. The server knows which steps are done, so it goes on where it was abandoned,
// in any browser. Each step has a default and one button; a step's address is `?step=`.

import './setup.css';
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import * as api from '~/api/client';
import type { Setup, SetupStep } from '~/api/types';
import { t } from '~/i18n';
import { LoginForm } from '~/pages/login/LoginForm';
import { navigate, parameter } from '~/router';
import { SimulatedBand } from '~/shell/SimulatedBand';
import { catalog, device, loadCatalog } from '~/state/catalog';
import { forgetLive, startLive } from '~/state/live';
import { useResource } from '~/state/resource';
import { restart } from '~/state/restart';
import { me, session } from '~/state/session';
import { Icon } from '~/ui/Icon';
import { Loaded, ProblemNotice, Skeleton } from '~/ui/states';
import { CheckStep } from './steps/CheckStep';
import { LanguageStep } from './steps/LanguageStep';
import { ModulesStep } from './steps/ModulesStep';
import { NetworkStep } from './steps/NetworkStep';
import { PasswordStep } from './steps/PasswordStep';
import { ServicesStep } from './steps/ServicesStep';
import { WiringStep } from './steps/WiringStep';
import { W } from './words';

export interface StepProps {
  /** Called with the server's answer to the step, or null after the password, which answers otherwise. */
  done: (setup: Setup | null) => void;
  back?: () => void;
}

const STEPS: Record<SetupStep, ComponentType<StepProps>> = {
  password: PasswordStep,
  language: LanguageStep,
  network: NetworkStep,
  wiring: WiringStep,
  check: CheckStep,
  modules: ModulesStep,
  services: ServicesStep,
};

export default function SetupPage() {
  const setup = useResource('setup', api.setup);
  const health = useResource('health', api.health);
  return (
    <>
      {health.value?.simulated && <SimulatedBand />}
      <main class="setup">
        <header class="setup-head">
          <h1>{t(W.title)}</h1>
          <span class="small dim">{device.value?.serial}</span>
        </header>
        <Loaded resource={setup} height={320}>{(known) => <Wizard setup={known} set={setup.set} reload={setup.reload} />}</Loaded>
      </main>
    </>
  );
}

interface WizardProps {
  setup: Setup;
  set: (setup: Setup) => void;
  reload: () => void;
}

function Wizard({ setup, set, reload }: WizardProps) {
  const names = setup.steps.map((step) => step.name);
  const asked = names.find((name) => name === parameter('step'));
  const current = asked ?? setup.next ?? names.at(-1) ?? 'password';
  const place = names.indexOf(current);
  const passwordIsSet = setup.steps.some((step) => step.name === 'password' && step.done);
  const go = (name: SetupStep | undefined) => navigate(name ? `/?step=${name}` : '/');

  const done = async (answer: Setup | null) => {
    if (answer) set(answer);
    else reload();
    const following = names[place + 1];
    if (following) return go(following);
    const finished = await api.setupFinish();
    // Another time zone: days and tariffs have to begin by it.
    if ((await api.configuration()).takes_effect === 'next_start') return restart('/');
    set(finished);
    navigate('/', 'replace');
    const known = me.value;
    if (known) session.value = { state: 'in', me: { ...known, set_up: true } };
  };

  const Step = STEPS[current];
  return (
    <>
      <ol class="setup-steps">
        {setup.steps.map((step) => (
          <li key={step.name} aria-current={step.name === current ? 'step' : undefined}>
            <span class={step.done ? 'is-ok' : 'dim'}><Icon name={step.done ? 'ok' : 'down'} size={16} /></span>
            {t(W[step.name])}
          </li>
        ))}
      </ol>
      <section class="panel stack">
        <div>
          <span class="small dim setup-phone-step">{t(W.step, { n: place + 1, of: names.length })}</span>
          <h2>{t(W[current])}</h2>
        </div>
        {passwordIsSet && !me.value
          ? <><p>{t(W.resume)}</p><LoginForm /></>
          : <Prepared needed={current !== 'password'}>
              <Step key={current} done={(answer) => void done(answer)} back={place > 1 ? () => go(names[place - 1]) : undefined} />
            </Prepared>}
      </section>
    </>
  );
}

/** All steps but the first show what the device is, and live values. */
function Prepared({ needed, children }: { needed: boolean; children: ComponentChildren }) {
  const wanted = needed && me.value !== null;
  const loaded = useResource('catalog', loadCatalog, { when: wanted && catalog.value === null });
  const ready = catalog.value !== null;
  useEffect(() => {
    if (!wanted || !ready) return;
    startLive();
    return forgetLive;
  }, [wanted, ready]);
  if (!needed || ready) return <>{children}</>;
  return loaded.problem ? <ProblemNotice problem={loaded.problem} retry={loaded.reload} /> : <Skeleton height={240} />;
}
