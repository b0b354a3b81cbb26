// The diagram and its table for one meter, live.

import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { number } from '~/i18n/format';
import { wiredPhases } from '~/state/catalog';
import { liveMeter, silence } from '~/state/live';
import { useResource } from '~/state/resource';
import { Icon } from '~/ui/Icon';
import { PhaseMark } from '~/ui/Phase';
import { Empty, Skeleton } from '~/ui/states';
import { Table } from '~/ui/Table';
import { showText } from '~/ui/value';
import { wrapped } from './geometry';
import { PhasorDiagram, placeOf, type Place } from './PhasorDiagram';

const W = words({
  title: ['Phasors', 'Fasori', 'Vecteurs de Fresnel', 'Zeigerdiagramm'],
  what: ['Phasor', 'Fasore', 'Vecteur', 'Zeiger'],
  magnitude: ['Magnitude', 'Modulo', 'Module', 'Betrag'],
  angle: ['Angle', 'Angolo', 'Angle', 'Winkel'],
  to_voltage: ['To its voltage', 'Dalla sua tensione', 'À sa tension', 'Zur eigenen Spannung'],
  place: ['Position', 'Posizione', 'Position', 'Lage'],
  expected: ['as expected', 'come previsto', 'comme prévu', 'wie erwartet'],
  generation: [
    'generation, or reversed', 'generazione, o invertito', 'production, ou inversé', 'Erzeugung, oder verdreht'],
  unexpected: ['not expected', 'non previsto', 'inattendue', 'unerwartet'],
  none: [
    'This meter has no phasors: it does not answer, or sends none.', 'Questo contatore non ha fasori: non risponde o non li invia.',
    "Ce compteur n'a pas de vecteurs : il ne répond pas, ou n'en envoie pas.",
    'Dieser Zähler hat keine Zeiger: er antwortet nicht oder sendet keine.'],
  ghosts: [
    'Shaded: where the phasors of loads lie when all is connected rightly.', 'Ombreggiato: dove stanno i fasori dei carichi se tutto è collegato correttamente.',
    'Ombré : où se trouvent les vecteurs des charges quand tout est bien raccordé.',
    'Schattiert: wo die Zeiger von Lasten liegen, wenn alles richtig angeschlossen ist.'],
});

interface Row {
  key: string;
  label: string;
  phase: string;
  magnitude: number;
  unit: 'V' | 'A';
  degrees: number;
  toVoltage: number | null;
  place: Place | null;
}

export function LivePhasors({ meter }: { meter: string }) {
  const live = liveMeter(meter);
  const expected = useResource(`phasors ${meter} ${live?.finding}`, (signal) => api.phasors(meter, signal));
  if (!live) return <Skeleton height={420} />;
  if (!live.phasors) return <Empty text={t(W.none)} />;
  const { v, i } = live.phasors;
  const places = expected.value?.expected ?? null;
  const rows: Row[] = wiredPhases.value.flatMap((phase, place) => {
    const [voltage, current] = [v[place], i[place]];
    const found: Row[] = [];
    if (voltage) {
      found.push({ key: `v${phase}`, label: `V${place + 1}`, phase, magnitude: voltage[0], unit: 'V', degrees: voltage[1], toVoltage: null, place: null });
    }
    if (current) {
      const toVoltage = voltage ? current[1] - voltage[1] : null;
      found.push({
        key: `i${phase}`, label: `I${place + 1}`, phase, magnitude: current[0], unit: 'A', degrees: current[1], toVoltage,
        place: current[0] > 0 ? placeOf(places, phase, current[1]) : null,
      });
    }
    return found;
  });
  return (
    <div class={silence.value === null ? 'phasors-pair' : 'phasors-pair phasors-stale'}>
      <div>
        <PhasorDiagram title={t(W.title)} voltages={v} currents={i} expected={places} />
        <p class="small dim">{t(W.ghosts)}</p>
      </div>
      <Table
        caption={t(W.title)} hideCaption dense rows={[...rows].sort((a, b) => b.unit.localeCompare(a.unit))} rowKey={(row) => row.key}
        columns={[
          { key: 'what', head: t(W.what), isHead: true, cell: (row) => <PhaseMark scope={row.phase} label={row.label} /> },
          { key: 'magnitude', head: t(W.magnitude), numeric: true, cell: (row) => showText(row.magnitude, { unit: row.unit, decimals: row.unit === 'V' ? 1 : 3, signed: false }) },
          { key: 'angle', head: t(W.angle), numeric: true, cell: (row) => `${number(wrapped(row.degrees), 1)}°` },
          { key: 'to', head: t(W.to_voltage), numeric: true, cell: (row) => (row.toVoltage === null ? '' : `${number(wrapped(row.toVoltage), 1)}°`) },
          { key: 'place', head: t(W.place), cell: (row) => <Position place={row.place} /> },
        ]}
      />
    </div>
  );
}

function Position({ place }: { place: Place | null }) {
  if (place === null) return null;
  if (place === 'load') return <span class="is-ok">{t(W.expected)}</span>;
  if (place === 'generation') return <span>{t(W.generation)}</span>;
  return <span class="is-alarm phase-mark"><Icon name="alarm" size={16} />{t(W.unexpected)}</span>;
}
