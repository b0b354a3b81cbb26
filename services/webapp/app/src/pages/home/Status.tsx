// Is anything wrong? One line if not; otherwise one line for each kind of trouble, with the way to it.

import { t } from '~/i18n';
import { findingText, isFault } from '~/i18n/findings';
import { href } from '~/router';
import { image, silence } from '~/state/live';
import { nameOfMeter } from '~/state/meter';
import { pointIndex } from '~/state/catalog';
import type { LiveMeter } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { Skeleton } from '~/ui/states';
import { W } from './words';

interface Trouble {
  text: string;
  to: string;
}

/** Reasons that are a fault of the meter and not of its wiring system. */
const DEAD = new Set(['bus_timeout', 'sensor_fault', 'stale']);

function isDead(meter: LiveMeter): boolean {
  const power = pointIndex('active_power.system');
  return meter.qualities.some(([index, slug]) => index === power && DEAD.has(slug));
}

function troubles(): Trouble[] {
  const frame = image.value;
  const found: Trouble[] = [];
  if (silence.value !== null) found.push({ text: t(W.silent), to: '/device' });
  if (!frame) return found;
  const dead = frame.meters.filter(isDead).map((meter) => nameOfMeter(meter.id));
  if (dead.length > 0) found.push({ text: t(W.dead, { names: dead.join(', ') }), to: '/alarms' });
  for (const meter of frame.meters) {
    if (!isFault(meter.finding)) continue;
    const names = `${nameOfMeter(meter.id)}, ${findingText(meter.finding)}`;
    found.push({ text: t(W.wiring, { names }), to: `/live/phasors?meter=${meter.id}` });
  }
  if (frame.alarms > 0) found.push({ text: t(W.alarms, { n: frame.alarms }), to: '/alarms' });
  return found;
}

export function Status() {
  if (!image.value && silence.value === null) return <div class="panel home-status"><Skeleton height={20} /></div>;
  const found = troubles();
  if (found.length === 0) {
    return <section class="panel home-status is-ok" role="status"><Icon name="ok" />{t(W.all_well)}</section>;
  }
  return (
    <section class="panel home-status">
      <span class="is-alarm"><Icon name="alarm" /></span>
      <ul>
        {found.map(({ text, to }) => <li key={text}><a href={href(to)}>{text}</a></li>)}
      </ul>
    </section>
  );
}
