// Ranges of time: words first, then dates. All in the device's zone.

import { words, type Words } from './index';
import { fromWall, moment, wallParts, type Wall } from './format';

export type RangeName =
  | 'last_hour' | 'today' | 'yesterday' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_year';

export const RANGE_NAMES: Record<RangeName, Words> = words({
  last_hour: ['Last hour', 'Ultima ora', 'Dernière heure', 'Letzte Stunde'],
  today: ['Today', 'Oggi', "Aujourd'hui", 'Heute'],
  yesterday: ['Yesterday', 'Ieri', 'Hier', 'Gestern'],
  this_week: ['This week', 'Questa settimana', 'Cette semaine', 'Diese Woche'],
  last_week: ['Last week', 'Settimana scorsa', 'Semaine dernière', 'Letzte Woche'],
  this_month: ['This month', 'Questo mese', 'Ce mois', 'Dieser Monat'],
  last_month: ['Last month', 'Mese scorso', 'Mois dernier', 'Letzter Monat'],
  this_year: ['This year', "Quest'anno", 'Cette année', 'Dieses Jahr'],
});

/** Milliseconds since 1970; `to` does not belong to it. */
export interface Span {
  from: number;
  to: number;
}

function midnight(wall: Wall, days = 0): number {
  return fromWall({ ...wall, day: wall.day + days, hour: 0, minute: 0, second: 0 });
}

/** What a word means at a moment. Weeks begin on Monday, as ISO 8601 has it. */
export function spanOf(name: RangeName, now: number): Span {
  const wall = wallParts(now);
  const weekday = (new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay() + 6) % 7;
  const monthStart = (months: number) => midnight({ ...wall, month: wall.month + months, day: 1 });
  switch (name) {
    case 'last_hour': return { from: now - 3_600_000, to: now };
    case 'today': return { from: midnight(wall), to: midnight(wall, 1) };
    case 'yesterday': return { from: midnight(wall, -1), to: midnight(wall) };
    case 'this_week': return { from: midnight(wall, -weekday), to: midnight(wall, 7 - weekday) };
    case 'last_week': return { from: midnight(wall, -weekday - 7), to: midnight(wall, -weekday) };
    case 'this_month': return { from: monthStart(0), to: monthStart(1) };
    case 'last_month': return { from: monthStart(-1), to: monthStart(0) };
    case 'this_year': return { from: midnight({ ...wall, month: 1, day: 1 }), to: midnight({ ...wall, year: wall.year + 1, month: 1, day: 1 }) };
  }
}

/** The span of the same length before it; of a month or a year the calendar's own. */
export function spanBefore({ from, to }: Span): Span {
  const [a, b] = [wallParts(from), wallParts(to)];
  const months = (b.year - a.year) * 12 + b.month - a.month;
  const wholeMonths = months > 0 && a.day === 1 && b.day === 1 && a.hour === 0 && b.hour === 0;
  if (wholeMonths) return { from: fromWall({ ...a, month: a.month - months }), to: from };
  return { from: from - (to - from), to: from };
}

/** `22/03/2026 – 23/03/2026`, with times where they are not midnight. */
export function spanText({ from, to }: Span): string {
  const isMidnight = (ms: number) => {
    const wall = wallParts(ms);
    return wall.hour === 0 && wall.minute === 0;
  };
  if (!isMidnight(from) || !isMidnight(to)) return `${moment(from, 'short')} – ${moment(to, 'short')}`;
  const last = moment(to - 1, 'day');
  const first = moment(from, 'day');
  return first === last ? first : `${first} – ${last}`;
}
