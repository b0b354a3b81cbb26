// The digital output: how it is, what drives it, and its test.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Io, SettingsReply } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { warningName } from '~/i18n/events';
import { settingValueName } from '~/i18n/settings';
import { may } from '~/state/session';
import { Button } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { SettingsForm } from '~/ui/settings/SettingsForm';
import type { Draft } from '~/ui/settings/useDraft';
import { Empty } from '~/ui/states';
import { toast } from '~/ui/Toast';
import { Fact } from './Fact';
import { outputClosed, outputOverload } from './live';
import { W } from './words';

const SETTINGS = ['digital_output_function', 'digital_output_normal_state', 'pulse_energy', 'pulse_weight_wh', 'pulse_duration_ms'];
/** Kept value of the function whose settings these are. */
const PULSE = '0';

interface Props {
  io: Io;
  settings: SettingsReply['settings'];
  saved: () => void;
}

export function Output({ io, settings, saved }: Props) {
  if (!io.output.present) {
    return <section class="panel"><h2>{t(W.output)}</h2><Empty text={t(W.no_output)} /></section>;
  }
  const closed = outputClosed.value ?? io.output.closed;
  const overload = outputOverload.value ?? false;
  const useful = (slug: string, draft: Draft) => !slug.startsWith('pulse_') || draft.text('digital_output_function') === PULSE;
  return (
    <section class="panel stack">
      <h2>{t(W.output)}</h2>
      <dl class="io-facts">
        <Fact name={t(W.contact)} live><Contact closed={closed} /></Fact>
        <Fact name={t(W.active_function)}>{settingValueName('digital_output_function', io.output.function ?? '')}</Fact>
      </dl>
      {overload && <div class="notice notice-alarm" role="alert"><strong>{warningName('output_overload')}</strong>{t(W.overload)}</div>}
      <Test io={io} changed={saved} />
      <h3>{t(W.settings)}</h3>
      <SettingsForm
        slugs={SETTINGS} settings={settings} saved={saved} isUseful={useful}
        effects={{ digital_output_function: t(W.effect_output), digital_output_normal_state: t(W.effect_output) }}
      />
    </section>
  );
}

export function Contact({ closed }: { closed: boolean }) {
  return (
    <span class="phase-mark">
      <svg width="34" height="16" viewBox="0 0 34 16" class="io-contact" aria-hidden="true">
        <path d={closed ? 'M1 12H33' : 'M1 12H10L25 3M24 12H33'} />
        <circle cx="10" cy="12" r="2" /><circle cx="24" cy="12" r="2" />
      </svg>
      {closed ? t(W.contact_closed) : t(W.contact_open)}
    </span>
  );
}

function Test({ io, changed }: { io: Io; changed: () => void }) {
  const [asking, setAsking] = useState<boolean | null>(null);
  const remote = io.output.function === 'remote';
  const run = async (on: boolean) => {
    await api.setOutput(on);
    toast(`${t(W.output)}: ${t(on ? Common.on : Common.off)}`);
    changed();
  };
  return (
    <div class="stack stack-tight">
      <h3>{t(W.test)}</h3>
      {!remote && <p class="dim">{t(W.test_needs)}</p>}
      {remote && !may('operator') && <p class="dim">{t(Common.needs_role, { role: t(Common.operator) })}</p>}
      {remote && (
        <div class="row">
          {may('operator') && (
            <>
              <Button onClick={() => setAsking(true)}>{t(W.switch_on)}</Button>
              <Button onClick={() => setAsking(false)}>{t(W.switch_off)}</Button>
            </>
          )}
          <span>{t(W.remote_state)}: <strong>{t(io.output.remote ? Common.on : Common.off)}</strong></span>
        </div>
      )}
      {asking !== null && (
        <ConfirmDialog
          title={t(W.test)} effect={t(asking ? W.effect_on : W.effect_off)} action={t(asking ? W.switch_on : W.switch_off)}
          run={() => run(asking)} onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
