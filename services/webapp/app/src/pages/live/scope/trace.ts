// Samples as lines over milliseconds from the trigger, and the file of them.

import type { Waveform } from '~/api/types';
import { PHASE_DASH, phaseColour } from '~/ui/Phase';
import type { ChartLine } from '~/ui/chart/model';

const PHASE: Record<string, string> = { a: 'l1', b: 'l2', c: 'l3', n: 'n' };

/** `va` is V1, `in` is IN. */
export function channelName(role: string): string {
  const places: Record<string, string> = { a: '1', b: '2', c: '3', n: 'N' };
  return role.charAt(0).toUpperCase() + (places[role.charAt(1)] ?? '');
}

export function channelPhase(role: string): string {
  return PHASE[role.charAt(1)] ?? 'l1';
}

export function timesMs({ sample_rate_hz, channels }: Waveform): number[] {
  const samples = channels[0]?.samples.length ?? 0;
  return Array.from({ length: samples }, (_, index) => (index * 1000) / sample_rate_hz);
}

export function scopeLines(waveform: Waveform, shown: ReadonlySet<string>): ChartLine[] {
  return waveform.channels.filter(({ role }) => shown.has(role)).map(({ role, unit, samples }) => {
    const phase = channelPhase(role);
    // Currents are dashed throughout; voltages are solid: the two share the phase's colour.
    const dash = unit === 'A' ? [3, 3, ...(PHASE_DASH[phase] ?? [])] : [];
    return {
      key: role,
      label: channelName(role),
      format: { unit, decimals: unit === 'V' ? 1 : 3, signed: true },
      colour: phaseColour(phase),
      dash,
      axis: unit === 'A' ? 'right' : 'left',
      values: samples,
    };
  });
}

/** RFC 4180, decimal point, names with their units. */
export function scopeCsv(waveform: Waveform): string {
  const head = ['time_ms', ...waveform.channels.map(({ role, unit }) => `${role} [${unit}]`)].join(',');
  const rows = timesMs(waveform).map((time, index) => {
    return [time.toFixed(4), ...waveform.channels.map(({ samples }) => samples[index] ?? '')].join(',');
  });
  return [head, ...rows, ''].join('\r\n');
}
