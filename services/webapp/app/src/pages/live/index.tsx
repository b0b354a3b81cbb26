// Live: every value, phasors, scope, harmonics, flow. Each view has its address: `/live/scope`.

import './live.css';
import { t, words } from '~/i18n';
import { subPath } from '~/router';
import { Tabs } from '~/ui/Tabs';
import { Flow } from './flow/Flow';
import { Harmonics } from './harmonics/Harmonics';
import { PhasorView } from './PhasorView';
import { Scope } from './scope/Scope';
import { Values } from './values/Values';

const W = words({
  views: ['Views', 'Viste', 'Vues', 'Ansichten'],
  values: ['Values', 'Valori', 'Valeurs', 'Werte'],
  phasors: ['Phasors', 'Fasori', 'Vecteurs', 'Zeiger'],
  scope: ['Scope', 'Oscilloscopio', 'Oscilloscope', 'Oszilloskop'],
  harmonics: ['Harmonics', 'Armoniche', 'Harmoniques', 'Oberschwingungen'],
  flow: ['Energy flow', 'Flusso di energia', "Flux d'énergie", 'Energiefluss'],
});

const VIEWS = [
  { key: 'values', title: W.values, to: '/live', View: Values },
  { key: 'phasors', title: W.phasors, to: '/live/phasors', View: PhasorView },
  { key: 'scope', title: W.scope, to: '/live/scope', View: Scope },
  { key: 'harmonics', title: W.harmonics, to: '/live/harmonics', View: Harmonics },
  { key: 'flow', title: W.flow, to: '/live/flow', View: Flow },
] as const;

export default function LivePage() {
  const current = VIEWS.find((view) => view.key === subPath()) ?? VIEWS[0];
  const { View } = current;
  return (
    <div class="page">
      <Tabs label={t(W.views)} current={current.key} tabs={VIEWS.map(({ key, title, to }) => ({ key, name: t(title), to }))} />
      <View />
    </div>
  );
}
