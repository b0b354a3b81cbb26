// Inputs and outputs: how they are, what they do, and what is wired to which terminal.

import './io.css';
import * as api from '~/api/client';
import type { Io, SettingsReply } from '~/api/types';
import { t, tSlug } from '~/i18n';
import { settingValueName } from '~/i18n/settings';
import { device } from '~/state/catalog';
import { useResource } from '~/state/resource';
import { SettingsForm } from '~/ui/settings/SettingsForm';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { Fact } from './Fact';
import { alarmRaised, inputClosed, inputUndefined } from './live';
import { Contact, Output } from './Output';
import { Tariffs } from './Tariffs';
import { USES, W } from './words';

const ALARM = ['alarm_variable', 'alarm_set_1', 'alarm_set_2', 'alarm_delay_s'];

interface Known {
  io: Io;
  settings: SettingsReply['settings'];
}

async function load(signal: AbortSignal): Promise<Known> {
  const [io, { settings }] = await Promise.all([api.io(signal), api.settings(signal)]);
  return { io, settings };
}

export default function IoPage() {
  const known = useResource('io', load);
  return (
    <div class="page">
      <Loaded resource={known} height={520}>
        {({ io, settings }) => (
          <div class="two">
            <div class="stack">
              <Output io={io} settings={settings} saved={known.reload} />
              <Terminals />
            </div>
            <div class="stack">
              <Input io={io} settings={settings} saved={known.reload} />
              <Alarm settings={settings} saved={known.reload} />
              <Tariffs io={io} settings={settings} saved={known.reload} />
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

function Input({ io, settings, saved }: Known & { saved: () => void }) {
  const closed = inputClosed.value ?? io.input.closed;
  const undefinedNow = inputUndefined.value ?? io.input.undefined;
  return (
    <section class="panel stack">
      <h2>{t(W.input)}</h2>
      <dl class="io-facts">
        <Fact name={t(W.contact)} live><Contact closed={closed} /></Fact>
        <Fact name={t(W.active_function)}>{settingValueName('digital_input_function', io.input.function ?? '')}</Fact>
      </dl>
      {undefinedNow && <div class="notice notice-warning" role="alert">{t(W.undefined_input)}</div>}
      <SettingsForm slugs={['digital_input_function']} settings={settings} saved={saved} effects={{ digital_input_function: t(W.effect_input) }} />
    </section>
  );
}

function Alarm({ settings, saved }: { settings: SettingsReply['settings']; saved: () => void }) {
  const raised = alarmRaised.value ?? false;
  return (
    <section class="panel stack">
      <h2>{t(W.alarm)}</h2>
      <dl class="io-facts">
        <Fact name={t(W.alarm)} live>
          <span class={raised ? 'is-alarm' : undefined}>{raised ? t(W.alarm_raised) : t(W.alarm_calm)}</span>
        </Fact>
      </dl>
      <p class="small dim">{t(W.alarm_help)}</p>
      <SettingsForm slugs={ALARM} settings={settings} saved={saved} isUseful={(slug, draft) => slug === 'alarm_variable' || draft.text('alarm_variable') !== '0'} />
    </section>
  );
}

function Terminals() {
  const rows = device.value?.terminals.filter(({ group }) => group === 'io') ?? [];
  return (
    <section class="panel stack stack-tight">
      <h2>{t(W.terminals)}</h2>
      <Table
        caption={t(W.terminals)} hideCaption dense rows={rows} rowKey={({ name, variant }) => `${name}${variant}`}
        columns={[
          { key: 'terminal', head: t(W.terminal), isHead: true, cell: ({ name }) => name },
          { key: 'use', head: t(W.use), cell: ({ use }) => tSlug(USES, use, use) },
          { key: 'variant', head: t(W.variant), cell: ({ variant }) => variant || t(W.all_variants) },
        ]}
      />
      <p class="small dim">{t(W.isolation)}</p>
    </section>
  );
}
