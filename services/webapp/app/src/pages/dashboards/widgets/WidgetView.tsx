// A widget by its kind.

import type { Widget } from '~/api/types';
import { t } from '~/i18n';
import { pointName } from '~/i18n/quantities';
import { RANGE_NAMES } from '~/i18n/ranges';
import { nameOfMeter } from '~/state/meter';
import { meterOf, optionsOf } from '../model';
import { W } from '../words';
import { BarsWidget, LinesWidget } from './Courses';
import { GaugeWidget } from './Gauge';
import { HeatWidget } from './Heat';
import { PhasorWidget, TableWidget, TextWidget, ValueWidget } from './Now';

/** Its own title, or what it shows. */
export function titleOf(widget: Widget): string {
  if (widget.title) return widget.title;
  const options = optionsOf(widget);
  const meter = options.meter ? ` – ${nameOfMeter(options.meter)}` : '';
  const [first] = options.points;
  switch (widget.kind) {
    case 'value':
    case 'gauge': return first ? pointName(first) + meter : t(W[widget.kind]);
    case 'line':
    case 'heatmap': return first ? `${pointName(first)}${meter}, ${t(RANGE_NAMES[options.range])}` : t(W[widget.kind]);
    case 'bar': return `${t(W.bar)}${meter}, ${t(RANGE_NAMES[options.range])}`;
    case 'phasor':
    case 'table': return t(W[widget.kind]) + meter;
    case 'text': return t(W.text);
  }
}

export function WidgetView({ widget, height }: { widget: Widget; height: number }) {
  const options = optionsOf(widget);
  const common = { options, meter: meterOf(options), title: titleOf(widget), height };
  switch (widget.kind) {
    case 'value': return <ValueWidget {...common} wide={widget.w >= 3} />;
    case 'gauge': return <GaugeWidget {...common} />;
    case 'line': return <LinesWidget {...common} />;
    case 'bar': return <BarsWidget {...common} />;
    case 'heatmap': return <HeatWidget {...common} />;
    case 'phasor': return <PhasorWidget {...common} />;
    case 'table': return <TableWidget {...common} />;
    case 'text': return <TextWidget {...common} named={widget.title !== ''} />;
  }
}
