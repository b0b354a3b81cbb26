// A form for some settings. Each shows its unit, range and default, what it is now, and when a change takes effect.

import './settings.css';
import { useState } from 'preact/hooks';
import type { SettingsReply, SettingValue } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { effectiveText, settingName } from '~/i18n/settings';
import { may } from '~/state/session';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { NumberField, SelectField } from '~/ui/Field';
import { spoken, type Entry } from './entry';
import { useDraft, type Draft } from './useDraft';

const W = words({
  now: ['Now: {value}', 'Ora: {value}', 'Actuel : {value}', 'Jetzt: {value}'],
  discard: ['Discard', 'Scarta', 'Abandonner', 'Verwerfen'],
  unchanged: ['Nothing is changed.', 'Nessuna modifica.', 'Rien de modifié.', 'Nichts geändert.'],
  changed: ['Changes not saved: {n}', 'Modifiche non salvate: {n}', 'Modifications non enregistrées : {n}', 'Nicht gespeicherte Änderungen: {n}'],
  absent: ['This ordering option does not have it.', 'Questa variante non lo possiede.', "Cette variante ne l'a pas.", 'Diese Bestellvariante hat das nicht.'],
});

interface Props {
  slugs: readonly string[];
  settings: SettingsReply['settings'];
  /** After a write: what is kept has changed. */
  saved: () => void;
  /** Effects of what needs to be asked once, by setting. */
  effects?: Record<string, string>;
  /** Settings that are of no use with what is chosen now are left out. */
  isUseful?: (slug: string, draft: Draft) => boolean;
}

export function SettingsForm({ slugs, settings, saved, effects = {}, isUseful }: Props) {
  const draft = useDraft(slugs, settings, saved);
  const [asking, setAsking] = useState<string[] | null>(null);
  const count = Object.keys(draft.wanted).length;
  const allowed = may('operator');
  const submit = () => {
    const dangers = Object.keys(draft.wanted).flatMap((slug) => effects[slug] ?? []);
    if (dangers.length > 0) setAsking(dangers);
    else void draft.save();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (count > 0 && draft.valid && allowed) submit();
      }}
    >
      <div class="settings-grid">
        {draft.entries.filter(({ slug }) => isUseful?.(slug, draft) ?? true).map((entry) => (
          <SettingField key={entry.slug} entry={entry} value={settings[entry.slug] as SettingValue} draft={draft} allowed={allowed} />
        ))}
      </div>
      {allowed ? (
        <div class="row">
          <Button kind="main" type="submit" pending={draft.pending} disabled={count === 0 || !draft.valid}>{t(Common.save)}</Button>
          <Button disabled={count === 0 && draft.valid} onClick={draft.discard}>{t(W.discard)}</Button>
          {draft.status.state === 'idle' && (
            <span class="small dim" role="status">{count === 0 ? t(W.unchanged) : t(W.changed, { n: count })}</span>
          )}
          <WriteStatus status={draft.status} />
        </div>
      ) : <p class="small dim">{t(Common.needs_role, { role: t(Common.operator) })}</p>}
      {asking && (
        <ConfirmDialog
          title={t(Common.save)} action={t(Common.save)} onClose={() => setAsking(null)}
          effect={<ul class="stack stack-tight">{asking.map((effect) => <li key={effect}>{effect}</li>)}</ul>}
          run={draft.save}
        />
      )}
    </form>
  );
}

interface FieldProps {
  entry: Entry;
  value: SettingValue;
  draft: Draft;
  allowed: boolean;
}

function SettingField({ entry, value, draft, allowed }: FieldProps) {
  const { slug, unit, choices, scale } = entry;
  const applies = value.applies !== false;
  const common = {
    label: settingName(slug),
    help: <Help entry={entry} effective={value.effective} applies={applies} now={draft.isChanged(slug) ? spoken(entry, value.value) : null} />,
    error: draft.error(slug),
    disabled: !allowed || !applies || draft.pending,
  };
  if (choices.length > 0) {
    const options = choices.map((choice) => ({ key: String(choice.value), name: choice.name }));
    return <SelectField {...common} value={draft.text(slug)} options={options} onChange={(text) => draft.change(slug, text)} />;
  }
  return (
    <NumberField
      {...common} value={draft.text(slug)} unit={unit} min={entry.min / scale} max={entry.max / scale}
      onInput={(text) => draft.change(slug, text)}
    />
  );
}

function Help({ entry, effective, applies, now }: { entry: Entry; effective: string; applies: boolean; now: string | null }) {
  if (!applies) return <>{t(W.absent)}</>;
  const parts = [t(Common.default, { value: spoken(entry, entry.default) }), effectiveText(effective)];
  if (entry.choices.length === 0) {
    parts.unshift(t(Common.range, { min: spoken(entry, entry.min), max: spoken(entry, entry.max) }));
  }
  return (
    <>
      {now !== null && <div class="setting-now">{t(W.now, { value: now })}</div>}
      {parts.join(' · ')}
    </>
  );
}
