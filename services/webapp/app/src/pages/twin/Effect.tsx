// What comes of an injection, as it arrives: the last minute of voltages and power of the chosen meter. The
// buffer is the page's own and begins anew with each visit.

import { useEffect, useState } from 'preact/hooks';
import { t } from '~/i18n';
import { pointName, quantityName } from '~/i18n/quantities';
import { wiredPhases } from '~/state/catalog';
import { image, reading } from '~/state/live';
import { chosen } from '~/state/meter';
import { Chart } from '~/ui/chart/Chart';
import type { ChartLine, Numbers } from '~/ui/chart/model';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';
import { Skeleton } from '~/ui/states';
import { formatOf } from '~/ui/value';
import { W } from './words';

/** A minute of windows of 0.2 s. */
const FRAMES_MAX = 300;
const EMPTY: Trail = { x: [], values: {} };

interface Trail {
  x: number[];
  values: Record<string, Numbers>;
}

function extended(trail: Trail, time: number, paths: readonly string[], meter: string): Trail {
  // A twin that began anew runs backwards for once; the old trail is of another run.
  const last = trail.x.at(-1);
  const { x, values } = last !== undefined && time < last ? EMPTY : trail;
  if (time === last) return trail;
  const grown = Object.fromEntries(paths.map((path) => {
    const column = values[path] ?? Array<number | null>(x.length).fill(null);
    return [path, [...column, reading(meter, path).value].slice(-FRAMES_MAX)];
  }));
  return { x: [...x, time].slice(-FRAMES_MAX), values: grown };
}

export function Effect() {
  const { meter } = chosen.value;
  const [trail, setTrail] = useState<Trail>(EMPTY);
  const phases = wiredPhases.value;
  const voltages = phases.map((phase) => `voltage_ln.${phase}`);
  const powers = ['active_power.system'];
  const time = image.value ? Date.parse(image.value.time) / 1000 : null;
  useEffect(() => setTrail(EMPTY), [meter]);
  useEffect(() => {
    if (time !== null) setTrail((old) => extended(old, time, [...voltages, ...powers], meter));
  }, [time, meter]);
  if (trail.x.length < 2) return <Skeleton height={420} />;
  const line = (path: string): ChartLine => {
    const [quantity = '', scope = 'system'] = path.split('.');
    return {
      key: path, label: pointName(path), format: formatOf(quantity), colour: phaseColour(scope),
      dash: PHASE_DASH[scope], values: trail.values[path] ?? [],
    };
  };
  const seconds = Math.round((trail.x.at(-1) ?? 0) - (trail.x[0] ?? 0));
  const common = { x: trail.x, sync: 'effect', height: 190 };
  return (
    <>
      <h2>{t(W.effect)}</h2>
      <Chart {...common} title={quantityName('voltage_ln')} summary="" lines={voltages.map(line)} />
      <Chart {...common} title={quantityName('active_power')} summary={t(W.effect_summary, { s: seconds })} lines={powers.map(line)} />
    </>
  );
}
