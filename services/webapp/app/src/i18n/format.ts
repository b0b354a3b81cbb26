// Numbers and times as people read them. Numbers follow the language; times are in the device's zone,
// never in the browser's, because the registers roll over at the device's midnight.

import { signal } from '@preact/signals';
import { language } from './index';

/** The device's zone; the browser's until it is known. */
export const zone = signal<string>(Intl.DateTimeFormat().resolvedOptions().timeZone);

const LOCALES = { en: 'en-GB', it: 'it-IT', fr: 'fr-FR', de: 'de-DE' } as const;

/** Making a format is slow and there are few of them. */
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function cached<F extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => F): F {
  const known = cache.get(key);
  if (known) return known as F;
  const made = make();
  cache.set(key, made);
  return made;
}

export function locale(): string {
  return LOCALES[language.value];
}

/** U+2212, as wide as a digit and a plus sign; a hyphen is not. */
export const MINUS = '−';

/** Fixed decimals, true minus sign, and no "-0.0". */
export function number(value: number, decimals = 0, signed = false): string {
  const rounded = Number(value.toFixed(decimals)) || 0;
  const format = cached(`n${locale()}${decimals}`, () => {
    return new Intl.NumberFormat(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  });
  const text = format.format(Math.abs(rounded));
  if (rounded < 0) return MINUS + text;
  return signed && rounded > 0 ? `+${text}` : text;
}

type DateStyle = 'time' | 'minute' | 'day' | 'short' | 'full' | 'month' | 'weekday';

const STYLES: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { day: '2-digit', month: '2-digit', year: 'numeric' },
  short: { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  full: {
    day: '2-digit', month: '2-digit', year: 'numeric',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  },
  month: { month: 'long', year: 'numeric' },
  weekday: { weekday: 'short', day: '2-digit', month: '2-digit' },
};

function dateFormat(style: DateStyle, at: string): Intl.DateTimeFormat {
  return cached(`d${locale()}${style}${at}`, () => new Intl.DateTimeFormat(locale(), { ...STYLES[style], timeZone: at }));
}

/** A moment in the device's zone. */
export function moment(time: string | number | Date, style: DateStyle = 'full'): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '–' : dateFormat(style, zone.value).format(date);
}

/** `UTC+02:00`, the zone's distance at a moment. */
export function offset(time: string | number | Date): string {
  const minutes = offsetMinutes(new Date(time).getTime());
  const whole = Math.abs(minutes);
  const pad = (part: number) => String(part).padStart(2, '0');
  return `UTC${minutes < 0 ? MINUS : '+'}${pad(Math.floor(whole / 60))}:${pad(whole % 60)}`;
}

/** Minutes that the device's clock on the wall is ahead of UTC. */
export function offsetMinutes(ms: number): number {
  const wall = wallParts(ms);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return Math.round((asUtc - Math.floor(ms / 1000) * 1000) / 60000);
}

export interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** What the device's clock on the wall shows. */
export function wallParts(ms: number): Wall {
  const format = cached(`w${zone.value}`, () => {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone.value, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  });
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const of = (name: keyof Wall) => part[name] ?? 0;
  return {
    year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute'), second: of('second'),
  };
}

/** The moment at which the device's clock shows this; a time that a change of the clock skips moves with it. */
export function fromWall(wall: Wall): number {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  const first = asUtc - offsetMinutes(asUtc) * 60000;
  return asUtc - offsetMinutes(first) * 60000;
}

/** `8 s`, `4 min`, `3 h 05 min`, `2 d 4 h`: units are the same in all four languages. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Hours as the display writes them, hh:mm. */
export function hoursMinutes(hours: number): string {
  const minutes = Math.floor(hours * 60 + 1e-9);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
