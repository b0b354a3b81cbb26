// The load profile: energy of each interval, import above the axis and export below, tariffs behind.

import { useMemo } from 'preact/hooks';
import type { HistoryColumnInfo } from '~/api/types';
import { language, t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { pointName } from '~/i18n/quantities';
import type { Span } from '~/i18n/ranges';
import { findColumn } from '~/state/columns';
import { chosen } from '~/state/meter';
import { Chart } from '~/ui/chart/Chart';
import type { Background, ChartLine, Numbers } from '~/ui/chart/model';
import { Empty, Loaded } from '~/ui/states';
import { formatOf, showText } from '~/ui/value';
import { Footer } from './Footer';
import type { Selection } from './selection';
import { statistics, stepOf, type Course } from './series';
import { useHistory } from './useHistory';
import { W } from './words';

const DAY_MS = 86_400_000;
const KWH = { unit: 'kWh', decimals: 3, signed: false };

/** Bars that can be told apart on any screen. */
function stepFor({ from, to }: Span): string {
  const days = (to - from) / DAY_MS;
  if (days <= 2.1) return '15min';
  if (days <= 8) return '1h';
  return days <= 100 ? 'day' : 'month';
}

interface Wanted {
  import: HistoryColumnInfo;
  export?: HistoryColumnInfo;
  t1?: HistoryColumnInfo;
  t2?: HistoryColumnInfo;
}

export function Profile({ selection, columns }: { selection: Selection; columns: readonly HistoryColumnInfo[] }) {
  const { meter, scope } = chosen.value;
  const column = (point: string) => findColumn(columns, meter, point, 'delta');
  const imported = column(`active_energy_import.total.${scope}`);
  const wanted: Wanted | null = imported === undefined ? null : {
    import: imported,
    export: column(`active_energy_export.total.${scope}`),
    t1: column('active_energy_import.t1.system'),
    t2: column('active_energy_import.t2.system'),
  };
  const asked = wanted ? [wanted.import, wanted.export, wanted.t1, wanted.t2].filter((known) => known !== undefined) : [];
  const step = stepFor(selection.span);
  const history = useHistory(wanted ? selection.span : null, asked, step);
  if (!wanted) return <section class="panel"><Empty text={t(W.not_kept, { what: `${pointName('active_energy_import.total.system')} (delta)` })} /></section>;
  return (
    <section class="panel stack">
      <Loaded resource={history} height={340}>{(known) => <Bars course={known} wanted={wanted} span={selection.span} />}</Loaded>
      {history.value && <Footer course={history.value} span={selection.span} columns={asked} step={step} />}
    </section>
  );
}

function Bars({ course, wanted, span }: { course: Course; wanted: Wanted; span: Span }) {
  const step_s = stepOf(course);
  const { x, lines, backgrounds } = useMemo(() => build(course, wanted), [course, language.value]);
  if (x.length === 0) return <Empty text={t(W.nothing_here)} />;
  const [imported, exported] = lines.map((line) => statistics(line.values));
  const summary = t(W.profile_summary, {
    import: showText(imported?.sum ?? null, KWH),
    export: showText(exported ? Math.abs(exported.sum) : 0, KWH),
    peak: showText(imported?.max ?? null, KWH),
  });
  /** Interval and mean power, as the hover shows them beside the energy. */
  const label = (at: number) => {
    const energy = lines[0]?.values[x.indexOf(at)] ?? null;
    const watts = energy === null ? null : (energy * 3_600_000) / step_s;
    const power = t(W.mean_power, { power: showText(watts, { ...formatOf('active_power'), signed: false }) });
    return `${moment(at * 1000, 'short')} – ${moment((at + step_s) * 1000, 'minute')} · ${power}`;
  };
  const note = backgrounds.length > 0 ? ` ${t(W.tariff_bands)}.` : '';
  return (
    <Chart
      title={t(W.profile_title)} summary={summary + note} x={x} lines={lines} range={[span.from / 1000, span.to / 1000]}
      height={340} level={2} backgrounds={backgrounds} xFormat={label}
    />
  );
}

function build(course: Course, wanted: Wanted): { x: number[]; lines: ChartLine[]; backgrounds: Background[] } {
  const { x, values } = course;
  const step_s = stepOf(course);
  const column = (known: HistoryColumnInfo | undefined): Numbers | undefined => known && values.get(known.path);
  const lines: ChartLine[] = [
    { key: 'import', label: t(Common.import), format: KWH, colour: '--import', kind: 'bars', values: column(wanted.import) ?? [] },
  ];
  const exported = column(wanted.export);
  if (exported) {
    const below = exported.map((value) => (typeof value === 'number' ? -value : null));
    lines.push({ key: 'export', label: t(Common.export), format: KWH, colour: '--export', kind: 'bars', values: below });
  }
  const [first, second] = [column(wanted.t1), column(wanted.t2)];
  // A month of both tariffs has no band of its own.
  const backgrounds = first && second && step_s <= 3600
    ? x.flatMap((at, row) => ((second[row] ?? 0) > (first[row] ?? 0) ? [{ from: at, to: at + step_s, colour: '--band-2' }] : []))
    : [];
  return { x, lines, backgrounds };
}
