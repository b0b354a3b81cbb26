// The frame of every page: band, rail or bar, top bar, page. One page is one heading of the first order, in
// the top bar's place on a phone and above the page's content on a desk.

import './shell.css';
import { useEffect } from 'preact/hooks';
import { t, words } from '~/i18n';
import { href, pageName } from '~/router';
import { ROUTES, pathOf, type Route } from '~/routes';
import { image } from '~/state/live';
import { me, simulated } from '~/state/session';
import { Icon } from '~/ui/Icon';
import { LazyPage } from './LazyPage';
import { SimulatedBand } from './SimulatedBand';
import { TopBar } from './TopBar';

const W = words({
  skip: ['Skip to the content', 'Vai al contenuto', 'Aller au contenu', 'Zum Inhalt springen'],
  main: ['Main', 'Principale', 'Principal', 'Hauptnavigation'],
  more: ['More', 'Altro', 'Autres', 'Weiteres'],
  missing: ['There is no such page.', 'La pagina non esiste.', "Cette page n'existe pas.", 'Diese Seite gibt es nicht.'],
});

export function Shell() {
  const route = ROUTES.find((known) => known.name === pageName.value);
  const title = route ? t(route.title) : t(W.missing);
  useEffect(() => {
    document.title = `${title} – ems`;
  }, [title]);
  return (
    <div class={simulated.value ? 'shell shell-simulated' : 'shell'}>
      <a class="skip" href="#content">{t(W.skip)}</a>
      {simulated.value && <SimulatedBand />}
      <Rail />
      <TopBar title={title} />
      <main id="content" class="content" tabIndex={-1}>
        {route ? <LazyPage key={route.name} name={route.name} load={route.load} /> : <div class="page">{t(W.missing)}</div>}
      </main>
    </div>
  );
}

function Rail() {
  const shown = (place: Route['place']) => ROUTES.filter((route) => route.place === place);
  const main = simulated.value ? [...shown('main'), ...shown('twin')] : shown('main');
  return (
    <div class="rail">
      <nav class="rail-main" aria-label={t(W.main)}>
        {main.map((route) => <RailLink key={route.name} route={route} />)}
      </nav>
      <nav class="rail-more" aria-label={t(W.more)}>
        {shown('more').map((route) => <RailLink key={route.name} route={route} />)}
        <p class="rail-foot small dim">{me.value?.username}</p>
      </nav>
    </div>
  );
}

function RailLink({ route }: { route: Route }) {
  const here = pageName.value === route.name;
  const count = route.name === 'alarms' ? (image.value?.alarms ?? 0) : 0;
  return (
    <a class="rail-link" href={href(pathOf(route))} aria-current={here ? 'page' : undefined}>
      <Icon name={route.icon} size={22} />
      <span>{t(route.title)}</span>
      {count > 0 && <span class="rail-count">{count}</span>}
    </a>
  );
}
