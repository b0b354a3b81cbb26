// The load-duration curve: for what share of the time the power was at least so large.

import { useMemo } from 'preact/hooks';
import type { HistoryColumnInfo } from '~/api/types';
import { t } from '~/i18n';
import { number } from '~/i18n/format';
import { pointName, quantityName } from '~/i18n/quantities';
import { findColumn } from '~/state/columns';
import { chosen } from '~/state/meter';
import { Chart } from '~/ui/chart/Chart';
import { Empty, Loaded } from '~/ui/states';
import { formatOf, showText } from '~/ui/value';
import { Footer } from './Footer';
import type { Selection } from './selection';
import { useHistory } from './useHistory';
import { W } from './words';

export function Duration({ selection, columns }: { selection: Selection; columns: readonly HistoryColumnInfo[] }) {
  const { meter, scope } = chosen.value;
  const point = `active_power.${scope}`;
  const column = findColumn(columns, meter, point, 'mean');
  const history = useHistory(column ? selection.span : null, column ? [column] : []);
  const value = history.value;
  const sorted = useMemo(() => {
    const [powers = []] = value?.values.values() ?? [];
    return powers.filter((power) => power !== null).sort((a, b) => b - a);
  }, [value]);
  if (!column) return <section class="panel"><Empty text={t(W.not_kept, { what: pointName(point) })} /></section>;
  return (
    <section class="panel stack">
      <Loaded resource={history} height={340}>{() => <Curve sorted={sorted} />}</Loaded>
      {value && <Footer course={value} span={selection.span} columns={[column]} />}
    </section>
  );
}

function Curve({ sorted }: { sorted: number[] }) {
  const format = formatOf('active_power');
  const x = useMemo(() => sorted.map((_, place) => (100 * (place + 1)) / sorted.length), [sorted]);
  const lines = useMemo(() => [{
    key: 'power', label: quantityName('active_power'), format, colour: '--ink', values: sorted,
  }], [sorted, format.unit]);
  if (sorted.length === 0) return <Empty text={t(W.nothing_here)} />;
  const above = (percent: number) => showText(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? null, format);
  return (
    <Chart
      title={t(W.duration_title)} summary={t(W.duration_summary, { p10: above(10), p50: above(50), p90: above(90) })}
      x={x} xKind="plain" xLabel={`${t(W.share)}, %`} xFormat={(at) => `${number(at, 1)} %`} range={[0, 100]} lines={lines} height={340} level={2}
    />
  );
}
