// Energy flow: grid, loads, generation; widths to scale, one number on each.

import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { qualityName } from '~/i18n/qualities';
import { image, loadReading, reading } from '~/state/live';
import { useResource } from '~/state/resource';
import { Loaded, Skeleton } from '~/ui/states';
import { Table } from '~/ui/Table';
import { formatOf, showText } from '~/ui/value';
import { balance, type Part } from './balance';
import { Sankey } from './Sankey';

const W = words({
  title: ['Energy flow', 'Flusso di energia', "Flux d'énergie", 'Energiefluss'],
  grid: ['Grid', 'Rete', 'Réseau', 'Netz'],
  rest: ['Other loads', 'Altri carichi', 'Autres charges', 'Übrige Lasten'],
  rest_generation: ['Other generation', 'Altra generazione', 'Autre production', 'Übrige Erzeugung'],
  how: [
    'The main meter stands at the grid and carries all loads; what no module measures is the rest.',
    'Il contatore principale è alla rete e porta tutti i carichi; ciò che nessun modulo misura è il resto.',
    'Le compteur principal est au réseau et porte toutes les charges ; ce qu’aucun module ne mesure est le reste.',
    'Der Hauptzähler sitzt am Netz und trägt alle Lasten; was kein Modul misst, ist der Rest.'],
  unknown: ['Not known: {list}', 'Non noto: {list}', 'Inconnu : {list}', 'Nicht bekannt: {list}'],
  gives: ['gives', 'cede', 'fournit', 'gibt'],
  takes: ['takes', 'assorbe', 'consomme', 'nimmt'],
  part: ['Part', 'Parte', 'Partie', 'Teil'],
  direction: ['Direction', 'Verso', 'Sens', 'Richtung'],
});

export function Flow() {
  const loads = useResource('loads', api.loads);
  return (
    <section class="panel stack">
      <h2>{t(W.title)}</h2>
      <Loaded resource={loads} height={360}>
        {(list) => {
          if (!image.value) return <Skeleton height={360} />;
          const power = list.map((_, place) => loadReading(place).power);
          const names = { grid: t(W.grid), rest: t(W.rest), restGeneration: t(W.rest_generation) };
          const parts = balance(reading('main', 'active_power.system'), list, power, names);
          const unknown = parts.unknown.map(({ name, quality }) => `${name} (${qualityName(quality)})`).join(', ');
          return (
            <>
              <Sankey title={t(W.title)} balance={parts} />
              {unknown && <p class="small is-warn">{t(W.unknown, { list: unknown })}</p>}
              <p class="small dim">{t(W.how)}</p>
              <details>
                <summary>{t(Common.table)}</summary>
                <Twin sources={parts.sources} sinks={parts.sinks} />
              </details>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Twin({ sources, sinks }: { sources: readonly Part[]; sinks: readonly Part[] }) {
  const rows = [...sources.map((part) => ({ part, word: t(W.gives) })), ...sinks.map((part) => ({ part, word: t(W.takes) }))];
  return (
    <Table
      caption={t(W.title)} hideCaption dense rows={rows} rowKey={({ part }) => part.key}
      columns={[
        { key: 'part', head: t(W.part), isHead: true, cell: ({ part }) => part.name },
        { key: 'direction', head: t(W.direction), cell: ({ word }) => word },
        { key: 'watts', head: t(Common.value), numeric: true, cell: ({ part }) => showText(part.watts, { ...formatOf('active_power'), signed: false }) },
      ]}
    />
  );
}
