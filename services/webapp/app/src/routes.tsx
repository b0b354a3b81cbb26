// The pages. A row here and a folder in `pages/` make a page; each is loaded when it is first opened.

import type { ComponentType } from 'preact';
import { words, type Words } from '~/i18n';
import type { IconName } from '~/ui/Icon';

export interface Route {
  /** First part of the path; `home` is `/`. */
  name: string;
  title: Words;
  icon: IconName;
  /** In the rail and the bar (five and, in simulation, a sixth); others are reached from within. */
  place: 'main' | 'more' | 'twin';
  load: () => Promise<{ default: ComponentType }>;
}

const TITLES = words({
  home: ['Home', 'Home', 'Accueil', 'Start'],
  live: ['Live', 'Live', 'En direct', 'Live'],
  history: ['History', 'Storico', 'Historique', 'Verlauf'],
  reports: ['Reports', 'Rapporti', 'Rapports', 'Berichte'],
  device: ['Device', 'Dispositivo', 'Appareil', 'Gerät'],
  twin: ['Twin', 'Gemello', 'Jumeau', 'Zwilling'],
  dashboards: ['Dashboards', 'Cruscotti', 'Tableaux de bord', 'Dashboards'],
  alarms: ['Alarms and events', 'Allarmi ed eventi', 'Alarmes et événements', 'Alarme und Ereignisse'],
  io: ['Inputs and outputs', 'Ingressi e uscite', 'Entrées et sorties', 'Ein- und Ausgänge'],
});

export const ROUTES: readonly Route[] = [
  { name: 'home', title: TITLES.home, icon: 'home', place: 'main', load: () => import('~/pages/home') },
  { name: 'live', title: TITLES.live, icon: 'live', place: 'main', load: () => import('~/pages/live') },
  { name: 'history', title: TITLES.history, icon: 'history', place: 'main', load: () => import('~/pages/history') },
  { name: 'reports', title: TITLES.reports, icon: 'reports', place: 'main', load: () => import('~/pages/reports') },
  { name: 'device', title: TITLES.device, icon: 'device', place: 'main', load: () => import('~/pages/device') },
  { name: 'twin', title: TITLES.twin, icon: 'twin', place: 'twin', load: () => import('~/pages/twin') },
  { name: 'dashboards', title: TITLES.dashboards, icon: 'dashboards', place: 'more', load: () => import('~/pages/dashboards') },
  { name: 'alarms', title: TITLES.alarms, icon: 'alarm', place: 'more', load: () => import('~/pages/alarms') },
  { name: 'io', title: TITLES.io, icon: 'io', place: 'more', load: () => import('~/pages/io') },
];

export function pathOf(route: Route): string {
  return route.name === 'home' ? '/' : `/${route.name}`;
}
