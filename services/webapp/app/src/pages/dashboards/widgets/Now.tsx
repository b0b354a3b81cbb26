// Widgets of what is now: a value, a table, phasors; and text.

import * as api from '~/api/client';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { pointName } from '~/i18n/quantities';
import { liveMeter, reading, silence } from '~/state/live';
import { useResource } from '~/state/resource';
import { directionOf, FlowWord } from '~/ui/Flow';
import { PhasorDiagram } from '~/ui/phasor/PhasorDiagram';
import { QualityDot, Reading } from '~/ui/Reading';
import { Empty, Skeleton } from '~/ui/states';
import { Table } from '~/ui/Table';
import type { Options } from '../model';
import { W } from '../words';

export interface WidgetProps {
  options: Options;
  meter: string;
  title: string;
  /** Height that it may fill, in pixels. */
  height: number;
}

export function ValueWidget({ options, meter, title, wide }: WidgetProps & { wide: boolean }) {
  const path = options.points[0] ?? '';
  const quantity = path.split('.')[0] ?? '';
  const live = reading(meter, path);
  const flows = quantity === 'active_power' && live.value !== null;
  return (
    <div class="widget-value">
      <h3>{title}</h3>
      <Reading live={live} quantity={quantity} size={wide ? 'l' : 'm'} absolute={flows} />
      {flows && <FlowWord direction={directionOf(live.value)} />}
    </div>
  );
}

export function TableWidget({ options, meter, title }: WidgetProps) {
  return (
    <>
      <h3>{title}</h3>
      <Table
        caption={title} hideCaption dense rows={options.points} rowKey={(path) => path}
        columns={[
          { key: 'name', head: t(Common.quantity), isHead: true, cell: pointName },
          { key: 'value', head: t(Common.value), numeric: true, cell: (path) => <Reading live={reading(meter, path)} quantity={path.split('.')[0]} hideAge /> },
          { key: 'quality', head: '', cell: (path) => <QualityDot live={reading(meter, path)} /> },
        ]}
      />
    </>
  );
}

export function PhasorWidget({ meter, title, height }: WidgetProps) {
  const live = liveMeter(meter);
  const expected = useResource(`phasors ${meter} ${live?.finding}`, (signal) => api.phasors(meter, signal));
  return (
    <>
      <h3>{title}</h3>
      {!live && <Skeleton height={Math.max(80, height - 30)} />}
      {live && !live.phasors && <Empty text={t(W.no_phasors)} />}
      {live?.phasors && (
        <div class={silence.value === null ? 'widget-phasors' : 'widget-phasors phasors-stale'} style={{ height: `${Math.max(120, height - 30)}px` }}>
          <PhasorDiagram title={title} voltages={live.phasors.v} currents={live.phasors.i} expected={expected.value?.expected ?? null} />
        </div>
      )}
    </>
  );
}

export function TextWidget({ options, title, named }: WidgetProps & { named: boolean }) {
  return (
    <>
      {named && <h3>{title}</h3>}
      {options.text ? <p class="widget-text">{options.text}</p> : <Empty text={t(W.write_text)} />}
    </>
  );
}
