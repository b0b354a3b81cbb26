// What is shown: the wizard on a fresh device, the login, or the shell with a page. A login that was lost is
// asked for over the page, which stays.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { LazyPage } from './shell/LazyPage';
import { ConfirmPassword, LoginOver } from './shell/LoginOver';
import { Shell } from './shell/Shell';
import { catalog, loadCatalog } from './state/catalog';
import { forgetLive, startLive, stopLive } from './state/live';
import { useResource } from './state/resource';
import { beginSession, confirming, session } from './state/session';
import { ProblemNotice, Skeleton } from './ui/states';
import { Toasts } from './ui/Toast';

const loginPage = () => import('./pages/login');
const setupPage = () => import('./pages/setup');

export function App() {
  return (
    <>
      <Content />
      {confirming.value && <ConfirmPassword answer={confirming.value} />}
      <Toasts />
    </>
  );
}

function Content() {
  const known = session.value;
  switch (known.state) {
    case 'unknown': return <div class="page"><Skeleton height={320} /></div>;
    case 'unreachable': return <div class="page"><ProblemNotice problem={known.problem} retry={() => void beginSession()} /></div>;
    case 'set_up': return <LazyPage name="setup" load={setupPage} />;
    case 'out': return known.before ? <Working over={<LoginOver />} /> : <LazyPage name="login" load={loginPage} />;
    case 'in': return <Working />;
  }
}

/** The page stays mounted, with what was typed into it, while `over` lies above it. */
function Working({ over }: { over?: ComponentChildren }) {
  const loaded = useResource('catalog', loadCatalog);
  const ready = catalog.value !== null;
  const within = session.value.state === 'in';
  useEffect(() => {
    if (!ready || !within) return;
    startLive();
    return stopLive;
  }, [ready, within]);
  useEffect(() => forgetLive, []);
  if (!ready) {
    return (
      <div class="page">
        {loaded.problem ? <ProblemNotice problem={loaded.problem} retry={loaded.reload} /> : <Skeleton height={320} />}
      </div>
    );
  }
  return <><Shell />{over}</>;
}
