// The device: what it is, its display, its settings, what it serves, who may use it, and its upkeep. Each view has
// its address and is loaded when it is opened.

import './device.css';
import { t, words } from '~/i18n';
import { subPath } from '~/router';
import { LazyPage } from '~/shell/LazyPage';
import { Tabs } from '~/ui/Tabs';

const W = words({
  views: ['Views', 'Viste', 'Vues', 'Ansichten'],
  overview: ['Overview', 'Panoramica', "Vue d'ensemble", 'Übersicht'],
  display: ['Display', 'Display', 'Afficheur', 'Anzeige'],
  settings: ['Settings', 'Impostazioni', 'Réglages', 'Einstellungen'],
  wiring: ['Connection', 'Collegamento', 'Raccordement', 'Anschluss'],
  network: ['Services and ports', 'Servizi e porte', 'Services et ports', 'Dienste und Ports'],
  users: ['Users and tokens', 'Utenti e token', 'Utilisateurs et jetons', 'Benutzer und Token'],
  account: ['My account', 'Il mio account', 'Mon compte', 'Mein Konto'],
  upkeep: ['Upkeep', 'Manutenzione', 'Maintenance', 'Wartung'],
  api: ['Interface', 'Interfaccia', 'Interface', 'Schnittstelle'],
});

const VIEWS = [
  { key: 'overview', to: '/device', load: () => import('./Overview') },
  { key: 'display', to: '/device/display', load: () => import('./display/Display') },
  { key: 'settings', to: '/device/settings', load: () => import('./Settings') },
  { key: 'wiring', to: '/device/wiring', load: () => import('./Connection') },
  { key: 'network', to: '/device/network', load: () => import('./Network') },
  { key: 'users', to: '/device/users', load: () => import('./people/People') },
  { key: 'account', to: '/device/account', load: () => import('./Account') },
  { key: 'upkeep', to: '/device/upkeep', load: () => import('./Upkeep') },
  { key: 'api', to: '/device/api', load: () => import('./reference/Reference') },
] as const;

export default function DevicePage() {
  const { key, load } = VIEWS.find((view) => view.key === subPath()) ?? VIEWS[0];
  return (
    <div class="page">
      <Tabs label={t(W.views)} current={key} tabs={VIEWS.map((view) => ({ key: view.key, name: t(W[view.key]), to: view.to }))} />
      <LazyPage key={key} name={`device/${key}`} load={load} />
    </div>
  );
}
