// Loads a page's code when it is opened. After an update of the device the old names of files are gone; then
// the page as a whole must be loaded again, and the user decides when.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t, words } from '~/i18n';
import { Button } from '~/ui/Button';
import { Skeleton } from '~/ui/states';

const W = words({
  failed: [
    'This page could not be loaded. The device may have been updated, or does not answer.',
    'Impossibile caricare la pagina. Il dispositivo può essere stato aggiornato, o non risponde.',
    "Cette page n'a pas pu être chargée. L'appareil a peut-être été mis à jour, ou ne répond pas.",
    'Diese Seite konnte nicht geladen werden. Das Gerät wurde vielleicht aktualisiert oder antwortet nicht.'],
  reload: ['Load again', 'Ricarica', 'Recharger', 'Neu laden'],
});

interface Props {
  name: string;
  load: () => Promise<{ default: ComponentType }>;
}

/** Pages that have been opened; the second time there is no skeleton. */
const opened = new Map<string, ComponentType>();

export function LazyPage({ name, load }: Props) {
  const [, setRound] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  const Page = opened.get(name);
  useEffect(() => {
    if (opened.has(name)) return;
    setFailed(null);
    load().then(
      (module) => {
        opened.set(name, module.default);
        setRound((round) => round + 1);
      },
      () => setFailed(name),
    );
  }, [name]);
  if (Page) return <Page />;
  if (failed !== name) return <div class="page"><Skeleton height={320} /></div>;
  return (
    <div class="page">
      <div class="notice notice-alarm" role="alert">
        <p>{t(W.failed)}</p>
        <div><Button kind="main" onClick={() => location.reload()}>{t(W.reload)}</Button></div>
      </div>
    </div>
  );
}
