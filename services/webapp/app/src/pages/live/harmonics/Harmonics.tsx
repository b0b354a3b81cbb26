// Harmonics 2 to 31 of voltages and currents in percent of the fundamental, with the limits of EN 50160 for the
// voltages.

import * as api from '~/api/client';
import type { Harmonics as Reply } from '~/api/types';
import { t, words } from '~/i18n';
import { number } from '~/i18n/format';
import { parameter, setParameters } from '~/router';
import { useResource } from '~/state/resource';
import { PhaseMark } from '~/ui/Phase';
import { Segments } from '~/ui/Segments';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { channelName, channelPhase } from '../scope/trace';
import { Bars } from './Bars';

const W = words({
  voltages: ['Voltages', 'Tensioni', 'Tensions', 'Spannungen'],
  currents: ['Currents', 'Correnti', 'Courants', 'Ströme'],
  scale: ['Scale', 'Scala', 'Échelle', 'Skala'],
  linear: ['Linear', 'Lineare', 'Linéaire', 'Linear'],
  log: ['Logarithmic', 'Logaritmica', 'Logarithmique', 'Logarithmisch'],
  fundamental: [
    'Fundamental {hz} Hz = 100 %; main meter', 'Fondamentale {hz} Hz = 100 %; contatore principale',
    'Fondamental {hz} Hz = 100 % ; compteur principal', 'Grundschwingung {hz} Hz = 100 %; Hauptzähler'],
  limits: ['Red marks: limits of EN 50160', 'Segni rossi: limiti EN 50160', 'Marques rouges : limites EN 50160', 'Rote Marken: Grenzen nach EN 50160'],
  within: ['All voltages are within the limits.', 'Tutte le tensioni sono entro i limiti.', 'Toutes les tensions respectent les limites.', 'Alle Spannungen halten die Grenzen ein.'],
  beyond: ['Beyond the limit: {list}', 'Oltre il limite: {list}', 'Au-delà de la limite : {list}', 'Über der Grenze: {list}'],
  order: ['Order', 'Ordine', 'Rang', 'Ordnung'],
  limit: ['Limit', 'Limite', 'Limite', 'Grenze'],
  table: ['All orders in percent', 'Tutti gli ordini in percento', 'Tous les rangs en pour cent', 'Alle Ordnungen in Prozent'],
});

const EVERY_MS = 1000;

export function Harmonics() {
  const reply = useResource('harmonics', api.harmonics, { everyMs: EVERY_MS });
  const logarithmic = parameter('scale') === 'log';
  return (
    <section class="panel stack">
      <div class="row row-spread">
        <span class="dim">{reply.value && t(W.fundamental, { hz: number(reply.value.fundamental_hz, 2) })}</span>
        <Segments
          label={t(W.scale)} value={logarithmic ? 'log' : 'linear'} onChange={(key) => setParameters({ scale: key === 'log' ? key : null })}
          options={[{ key: 'linear', name: t(W.linear) }, { key: 'log', name: t(W.log) }]}
        />
      </div>
      <Loaded resource={reply} height={560}>
        {(known) => (
          <>
            <Half title={t(W.voltages)} unit="V" reply={known} limits={known.limits_percent} logarithmic={logarithmic} />
            <p class="small dim">{t(W.limits)}. {beyondText(known)}</p>
            <Half title={t(W.currents)} unit="A" reply={known} limits={[]} logarithmic={logarithmic} />
            <details>
              <summary>{t(W.table)}</summary>
              <Twin reply={known} />
            </details>
          </>
        )}
      </Loaded>
    </section>
  );
}

function beyondText({ channels, orders, limits_percent }: Reply): string {
  const beyond = channels.filter(({ unit }) => unit === 'V').flatMap(({ role, percent }) => orders.flatMap((order, index) => {
    const limit = limits_percent[index] ?? null;
    return limit !== null && (percent[index] ?? 0) > limit ? [`${channelName(role)} ${order}`] : [];
  }));
  return beyond.length === 0 ? t(W.within) : t(W.beyond, { list: beyond.join(', ') });
}

interface HalfProps {
  title: string;
  unit: string;
  reply: Reply;
  limits: readonly (number | null)[];
  logarithmic: boolean;
}

function Half({ title, unit, reply, limits, logarithmic }: HalfProps) {
  const channels = reply.channels.filter((channel) => channel.unit === unit);
  return (
    <div>
      <div class="panel-head">
        <h2>{title}</h2>
        <span class="row">
          {channels.map(({ role }) => <span key={role} class="small"><PhaseMark scope={channelPhase(role)} label={channelName(role)} /></span>)}
        </span>
      </div>
      <Bars title={title} orders={reply.orders} channels={channels} limits={limits} logarithmic={logarithmic} />
    </div>
  );
}

function Twin({ reply }: { reply: Reply }) {
  const percentText = (value: number | null | undefined) => (value === null || value === undefined ? '–' : number(value, 2));
  return (
    <Table
      caption={t(W.table)} hideCaption dense rows={reply.orders} rowKey={(order) => order}
      columns={[
        { key: 'order', head: t(W.order), isHead: true, cell: (order) => order },
        ...reply.channels.map(({ role, percent }) => ({
          key: role, head: channelName(role), numeric: true, cell: (_: number, index: number) => percentText(percent[index]),
        })),
        { key: 'limit', head: t(W.limit), numeric: true, cell: (_, index) => percentText(reply.limits_percent[index]) },
      ]}
    />
  );
}
