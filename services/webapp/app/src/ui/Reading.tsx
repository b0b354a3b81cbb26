// A value in all its states: fresh, stale with its age, no value with the reason in words, and not received
// yet. The box has the size of the longest value from the start, so that no neighbour ever moves.

import './Reading.css';
import { t, words } from '~/i18n';
import { duration } from '~/i18n/format';
import { isRemark, qualityName } from '~/i18n/qualities';
import type { Live } from '~/state/live';
import { digitsWidth, formatOf, show, unitWidth, type Format } from './value';

const W = words({
  stale: ['{age} old', '{age} fa', 'il y a {age}', '{age} alt'],
});

interface Props {
  live: Live;
  /** Slug of the catalogue; gives unit, digits and sign. */
  quantity?: string;
  /** In its place, for what the catalogue does not have. */
  format?: Format;
  size?: 's' | 'm' | 'l';
  /** The amount without its sign, where words tell the direction. */
  absolute?: boolean;
  /** The age is drawn elsewhere: in a table, in a column of its own. */
  hideAge?: boolean;
}

export function Reading({ live, quantity = '', format, size = 's', absolute = false, hideAge = false }: Props) {
  const known = format ?? formatOf(quantity);
  const style = { '--digits': `${digitsWidth(known)}ch`, '--unit-width': `${unitWidth(known)}ch` };
  const classes = `reading reading-${size}`;
  if (live.value === null) {
    if (live.quality === 'unknown') {
      return <span class={classes} style={style}><Skeleton label={qualityName('unknown')} /></span>;
    }
    return (
      <span class={classes} style={style}>
        <span class="reading-reason" title={qualityName(live.quality)}>{qualityName(live.quality)}</span>
      </span>
    );
  }
  const stale = live.age_s !== null || live.quality === 'stale';
  const shown = show(absolute ? Math.abs(live.value) : live.value, absolute ? { ...known, signed: false } : known);
  const remark = isRemark(live.quality) ? qualityName(live.quality) : undefined;
  return (
    <span class={stale ? `${classes} reading-stale` : classes} style={style} title={remark}>
      <span class="reading-number">{shown.text}</span>
      <span class="reading-unit">{shown.unit}</span>
      {stale && !hideAge && <Age live={live} />}
    </span>
  );
}

/** How old a stale value is; also where a value hides it. */
export function Age({ live }: { live: Live }) {
  if (live.age_s === null && live.quality !== 'stale') return null;
  const text = live.age_s === null ? qualityName('stale') : t(W.stale, { age: duration(live.age_s) });
  return <span class="reading-age">{text}</span>;
}

function Skeleton({ label }: { label: string }) {
  return <span class="skeleton" role="img" aria-label={label} />;
}

/** The quality as a form: round is good, a diamond has a remark, a ring has no value, a square is a fault. */
export function QualityDot({ live }: { live: Live }) {
  const name = live.age_s === null ? qualityName(live.quality) : t(W.stale, { age: duration(live.age_s) });
  return <span class={`quality ${qualityClass(live)}`} role="img" aria-label={name} title={name} />;
}

function qualityClass(live: Live): string {
  if (live.value === null) {
    const fault = live.quality === 'sensor_fault' || live.quality === 'bus_timeout';
    return fault ? 'quality-alarm' : 'quality-none';
  }
  return live.age_s !== null || live.quality !== 'good' ? 'quality-remark' : '';
}
