// What a widget shows: a form of its kind. Only what has a meaning for the kind is asked.

import { useState } from 'preact/hooks';
import type { Widget, WidgetKind } from '~/api/types';
import { language, t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { pointName } from '~/i18n/quantities';
import { RANGE_NAMES, type RangeName } from '~/i18n/ranges';
import { catalog, device, quantityOfPath } from '~/state/catalog';
import { findColumn, useColumns } from '~/state/columns';
import { meterName } from '~/state/meter';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { CheckField, NumberField, SelectField, TextArea, TextField } from '~/ui/Field';
import { meterOf, optionsOf, POINTS_MAX, type Options } from './model';
import { W } from './words';

const RANGES = Object.keys(RANGE_NAMES) as RangeName[];
const TEXT_MAX = 2000;

interface Props {
  widget: Widget;
  done: (widget: Widget) => void;
  close: () => void;
}

export function WidgetDialog({ widget, done, close }: Props) {
  const { kind } = widget;
  const [title, setTitle] = useState(widget.title);
  const [options, setOptions] = useState(optionsOf(widget));
  const [scale, setScale] = useState({ min: String(options.min), max: String(options.max) });
  const set = (part: Partial<Options>) => setOptions({ ...options, ...part });
  const many = POINTS_MAX[kind];
  const timed = kind === 'line' || kind === 'bar' || kind === 'heatmap';
  const pointed = kind !== 'phasor' && kind !== 'text';
  const wrongScale = kind === 'gauge' && !(Number(scale.max) > Number(scale.min));
  const ready = (!pointed || options.points.length > 0) && !wrongScale;
  const unit = quantityOfPath(options.points[0] ?? '')?.unit ?? '';
  return (
    <Dialog title={`${t(W[kind])}: ${t(W.options)}`} onClose={close} wide>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) done({ ...widget, title: title.trim(), options: kept(kind, { ...options, min: Number(scale.min), max: Number(scale.max) }) });
        }}
      >
        <TextField label={t(W.title)} value={title} onInput={setTitle} maxLength={80} help={t(W.title_help)} />
        {kind === 'text' && <TextArea label={t(W.text)} value={options.text} onInput={(text) => set({ text: text.slice(0, TEXT_MAX) })} />}
        {kind !== 'text' && (
          <SelectField
            label={t(Common.meter)} value={options.meter} onChange={(meter) => set({ meter })}
            options={[{ key: '', name: t(W.meter_chosen) }, ...(device.value?.meters ?? []).map((info) => ({ key: info.id, name: meterName(info) }))]}
          />
        )}
        {timed && (
          <SelectField<RangeName>
            label={t(W.range)} value={options.range} onChange={(range) => set({ range })}
            options={RANGES.map((key) => ({ key, name: t(RANGE_NAMES[key]) }))}
          />
        )}
        {pointed && <PointsField kind={kind} options={options} max={many ?? 1} onChange={(points) => set({ points })} />}
        {kind === 'gauge' && (
          <div class="row row-end">
            <NumberField label={t(W.min)} unit={unit} value={scale.min} onInput={(min) => setScale({ ...scale, min })} />
            <NumberField label={t(W.max)} unit={unit} value={scale.max} onInput={(max) => setScale({ ...scale, max })} error={wrongScale ? t(W.wrong_scale) : null} />
          </div>
        )}
        <div class="dialog-actions">
          <Button onClick={close}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" disabled={!ready}>{t(Common.done)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Only what the kind reads is kept. */
function kept(kind: WidgetKind, { meter, points, range, min, max, text }: Options): Record<string, unknown> {
  switch (kind) {
    case 'text': return { text };
    case 'phasor': return { meter };
    case 'value':
    case 'table': return { meter, points };
    case 'gauge': return { meter, points, min, max };
    case 'line':
    case 'bar':
    case 'heatmap': return { meter, points, range };
  }
}

interface PointsProps {
  kind: WidgetKind;
  options: Options;
  max: number;
  onChange: (points: string[]) => void;
}

/** Quantities that the kind can show: all live ones, or those that the store keeps of the meter. */
function PointsField({ kind, options, max, onChange }: PointsProps) {
  const columns = useColumns().value?.columns;
  const [letters, setLetters] = useState('');
  const meter = meterOf(options);
  const all = catalog.value?.points.map(({ path }) => path) ?? [];
  const possible = all.filter((path) => {
    if (kind === 'bar') return !columns || findColumn(columns, meter, path, 'delta');
    if (kind === 'line' || kind === 'heatmap') return !columns || findColumn(columns, meter, path, 'mean');
    return true;
  });
  if (max === 1) {
    const chosen = options.points[0] ?? '';
    return (
      <SelectField
        label={t(Common.quantity)} value={chosen} onChange={(path) => onChange([path])}
        options={possible.map((path) => ({ key: path, name: pointName(path) }))}
      />
    );
  }
  const wanted = letters.trim().toLocaleLowerCase(language.value);
  const shown = possible.filter((path) => pointName(path).toLocaleLowerCase(language.value).includes(wanted));
  return (
    <fieldset class="stack stack-tight">
      <legend class="field-label">{t(W.points, { n: options.points.length, max })}</legend>
      <TextField label={t(W.find)} type="search" value={letters} onInput={setLetters} />
      <div class="board-points">
        {shown.map((path) => {
          const on = options.points.includes(path);
          return (
            <CheckField
              key={path} label={pointName(path)} checked={on} disabled={!on && options.points.length >= max}
              onChange={(wish) => onChange(wish ? [...options.points, path] : options.points.filter((other) => other !== path))}
            />
          );
        })}
      </div>
      {options.points.length === 0 && <p class="field-error" role="alert">{t(W.choose_one)}</p>}
    </fieldset>
  );
}
