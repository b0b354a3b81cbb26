// Real samples of the main meter over a few cycles, triggered at the zero crossing of V1. Two clicks set two
// cursors; their difference stands beneath.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Waveform } from '~/api/types';
import { t, words } from '~/i18n';
import { number } from '~/i18n/format';
import { parameter, setParameters } from '~/router';
import { useResource } from '~/state/resource';
import { Button } from '~/ui/Button';
import { Chart } from '~/ui/chart/Chart';
import type { ChartLine } from '~/ui/chart/model';
import { download } from '~/ui/download';
import { CheckField } from '~/ui/Field';
import { Icon } from '~/ui/Icon';
import { PhaseMark } from '~/ui/Phase';
import { Segments } from '~/ui/Segments';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { showText } from '~/ui/value';
import { channelName, channelPhase, scopeCsv, scopeLines, timesMs } from './trace';

const W = words({
  title: ['Samples', 'Campioni', 'Échantillons', 'Abtastwerte'],
  main: ['Samples of the main meter', 'Campioni del contatore principale', 'Échantillons du compteur principal', 'Abtastwerte des Hauptzählers'],
  cycles: ['Cycles', 'Periodi', 'Périodes', 'Perioden'],
  freeze: ['Freeze', 'Blocca', 'Figer', 'Anhalten'],
  run: ['Run', 'Avvia', 'Reprendre', 'Weiterlaufen'],
  summary: [
    '{n} samples at {rate} kHz, trigger at the zero crossing of V1; voltages to the left axis, currents to the right.',
    '{n} campioni a {rate} kHz, trigger al passaggio per lo zero di V1; tensioni a sinistra, correnti a destra.',
    '{n} échantillons à {rate} kHz, déclenchement au passage par zéro de V1 ; tensions à gauche, courants à droite.',
    '{n} Abtastwerte mit {rate} kHz, Trigger am Nulldurchgang von V1; Spannungen links, Ströme rechts.'],
  cursors: ['Cursors', 'Cursori', 'Curseurs', 'Cursoren'],
  set_cursors: [
    'Click twice in the picture (or press Enter at the cursor) to set cursors A and B.', 'Fare clic due volte nel grafico (o Invio sul cursore) per i cursori A e B.',
    "Cliquez deux fois dans l'image (ou Entrée au curseur) pour poser A et B.", 'Zweimal ins Bild klicken (oder Eingabe am Cursor) setzt die Cursoren A und B.'],
  clear: ['Clear the cursors', 'Togli i cursori', 'Effacer les curseurs', 'Cursoren löschen'],
  channel: ['Channel', 'Canale', 'Voie', 'Kanal'],
  difference: ['B − A', 'B − A', 'B − A', 'B − A'],
});

/** Real samples once a second: enough to watch, and a fifth of what the device could send. */
const EVERY_MS = 1000;
const CYCLES = ['2', '4', '10'] as const;
const FIRST = ['va', 'vb', 'vc', 'ia', 'ib', 'ic'];

export function Scope() {
  const cycles = CYCLES.find((known) => known === parameter('cycles')) ?? '4';
  const [frozen, setFrozen] = useState(false);
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set(FIRST));
  const waveform = useResource(`waveform ${cycles}`, (signal) => api.waveform(Number(cycles), signal), {
    everyMs: frozen ? undefined : EVERY_MS,
  });
  const toggle = (role: string, on: boolean) => {
    const next = new Set(shown);
    if (on) next.add(role);
    else next.delete(role);
    setShown(next);
  };
  return (
    <section class="panel stack">
      <div class="row row-spread">
        <h2>{t(W.main)}</h2>
        <div class="row">
          <Segments
            label={t(W.cycles)} value={cycles} onChange={(key) => setParameters({ cycles: key })}
            options={CYCLES.map((key) => ({ key, name: key }))}
          />
          <Button pressed={frozen} onClick={() => setFrozen(!frozen)}>
            <Icon name={frozen ? 'play' : 'pause'} size={18} />{t(frozen ? W.run : W.freeze)}
          </Button>
          {waveform.value && <CsvButton waveform={waveform.value} />}
        </div>
      </div>
      <Loaded resource={waveform} height={420}>
        {(known) => (
          <>
            <div class="scope-channels">
              {known.channels.map(({ role }) => (
                <CheckField
                  key={role} checked={shown.has(role)} onChange={(on) => toggle(role, on)}
                  label={<PhaseMark scope={channelPhase(role)} label={channelName(role)} />}
                />
              ))}
            </div>
            <Picture waveform={known} shown={shown} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function CsvButton({ waveform }: { waveform: Waveform }) {
  const name = `samples_${waveform.time.replace(/[:.]/g, '-')}.csv`;
  return <Button onClick={() => download(name, 'text/csv', scopeCsv(waveform))}><Icon name="download" size={18} />CSV</Button>;
}

function Picture({ waveform, shown }: { waveform: Waveform; shown: ReadonlySet<string> }) {
  const [cursors, setCursors] = useState<readonly number[]>([]);
  const x = timesMs(waveform);
  const lines = scopeLines(waveform, shown);
  const pick = (at: number) => setCursors(cursors.length === 1 ? [...cursors, at] : [at]);
  const summary = t(W.summary, { n: x.length, rate: number(waveform.sample_rate_hz / 1000, 2) });
  return (
    <>
      <Chart
        title={t(W.title)} summary={summary} x={x} xKind="plain" xLabel="ms" xFormat={(at) => `${number(at, 2)} ms`}
        lines={lines} height={360} range={[0, Math.max(1, Math.round(x.at(-1) ?? 1))]} marks={cursors} onPick={pick}
      />
      <Cursors x={x} lines={lines} cursors={cursors} clear={() => setCursors([])} />
    </>
  );
}

interface CursorsProps {
  x: readonly number[];
  lines: readonly ChartLine[];
  cursors: readonly number[];
  clear: () => void;
}

function nearest(x: readonly number[], at: number): number {
  const step = (x[1] ?? 1) - (x[0] ?? 0);
  return Math.max(0, Math.min(x.length - 1, Math.round((at - (x[0] ?? 0)) / step)));
}

function Cursors({ x, lines, cursors, clear }: CursorsProps) {
  const [a, b] = cursors;
  if (a === undefined) return <p class="small dim">{t(W.set_cursors)}</p>;
  const at = nearest(x, a);
  const bt = b === undefined ? null : nearest(x, b);
  const delta = b === undefined ? null : b - a;
  const valueAt = (line: ChartLine, index: number | null) => (index === null ? null : (line.values[index] ?? null));
  const difference = (line: ChartLine) => {
    const [first, second] = [valueAt(line, at), valueAt(line, bt)];
    return first === null || second === null ? null : second - first;
  };
  return (
    <div class="stack stack-tight">
      <div class="row row-spread">
        <span>
          A {number(a, 2)} ms{b !== undefined && ` · B ${number(b, 2)} ms`}
          {delta !== null && ` · Δ ${number(delta, 2)} ms`}
          {delta !== null && delta !== 0 && ` = ${number(1000 / Math.abs(delta), 2)} Hz`}
        </span>
        <Button kind="quiet" onClick={clear}>{t(W.clear)}</Button>
      </div>
      <Table
        caption={t(W.cursors)} hideCaption dense rows={lines} rowKey={(line) => line.key}
        columns={[
          { key: 'channel', head: t(W.channel), isHead: true, cell: (line) => <PhaseMark scope={channelPhase(line.key)} label={line.label} /> },
          { key: 'a', head: 'A', numeric: true, cell: (line) => showText(valueAt(line, at), line.format) },
          { key: 'b', head: 'B', numeric: true, cell: (line) => showText(valueAt(line, bt), line.format) },
          { key: 'd', head: t(W.difference), numeric: true, cell: (line) => showText(difference(line), line.format) },
        ]}
      />
    </div>
  );
}
