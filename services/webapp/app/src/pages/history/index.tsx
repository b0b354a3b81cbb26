// History: the course of quantities, the load profile, days and hours, the load-duration curve.

import './history.css';
import { t } from '~/i18n';
import type { RangeName } from '~/i18n/ranges';
import { subPath } from '~/router';
import { haveImage, silence } from '~/state/live';
import { useColumns } from '~/state/columns';
import { Empty, Loaded, Skeleton } from '~/ui/states';
import { Tabs } from '~/ui/Tabs';
import { RangeControls } from './Controls';
import { Duration } from './Duration';
import { HeatMap } from './HeatMap';
import { Lines } from './Lines';
import { Profile } from './Profile';
import { selection } from './selection';
import { W } from './words';

const VIEWS = [
  { key: 'lines', title: W.lines, to: '/history', range: 'today', Content: Lines },
  { key: 'profile', title: W.profile, to: '/history/profile', range: 'today', Content: Profile },
  { key: 'heat', title: W.heat, to: '/history/heat', range: 'this_month', Content: HeatMap },
  { key: 'duration', title: W.duration, to: '/history/duration', range: 'this_month', Content: Duration },
] as const satisfies readonly { range: RangeName; [other: string]: unknown }[];

export default function HistoryPage() {
  const columns = useColumns();
  // "Today" is the device's, which for a twin can be any day.
  if (!haveImage.value && silence.value === null) return <div class="page"><Skeleton height={480} /></div>;
  return <View columns={columns} />;
}

function View({ columns }: { columns: ReturnType<typeof useColumns> }) {
  const current = VIEWS.find((view) => view.key === subPath()) ?? VIEWS[0];
  const { Content } = current;
  const selected = selection(current.range);
  const { from, to } = selected.span;
  return (
    <div class="page history">
      <Tabs label={t(W.views)} current={current.key} tabs={VIEWS.map(({ key, title, to: address }) => ({ key, name: t(title), to: address }))} />
      <section class="panel"><RangeControls selection={selected} /></section>
      <Loaded resource={columns} height={340}>
        {({ columns: known }) => known.length === 0
          ? <section class="panel"><Empty text={t(W.nothing_kept)} /></section>
          : <Content key={`${current.key} ${from} ${to}`} selection={selected} columns={known} />}
      </Loaded>
    </div>
  );
}
