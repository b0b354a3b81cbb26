// Tariffs and partial counters of the chosen meter, and what sets counters to zero.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Io, SettingsReply } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { settingName, settingValueName } from '~/i18n/settings';
import { chosen, nameOfMeter } from '~/state/meter';
import { may } from '~/state/session';
import { Button } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { SettingsForm } from '~/ui/settings/SettingsForm';
import { toast } from '~/ui/Toast';
import { Fact } from './Fact';
import { tariffNow } from './live';
import { W } from './words';

const SETTINGS = ['tariff_mode', 'tariff_selected', 'partial_running'];
type What = 'partial' | 'demand';

interface Props {
  io: Io;
  settings: SettingsReply['settings'];
  saved: () => void;
}

export function Tariffs({ io, settings, saved }: Props) {
  const tariff = tariffNow.value ?? io.tariff;
  const running = settings['partial_running']?.value === 1;
  return (
    <section class="panel stack">
      <h2>{t(W.tariffs)}</h2>
      <dl class="io-facts">
        <Fact name={t(W.tariff_now)} live>{tariff ? t(Common.tariff, { n: tariff }) : t(W.tariffs_off)}</Fact>
        <Fact name={settingName('partial_running')}>{settingValueName('partial_running', running ? 'on' : 'off')}</Fact>
      </dl>
      <SettingsForm slugs={SETTINGS} settings={settings} saved={saved} />
      {may('operator') && <Resets />}
    </section>
  );
}

function Resets() {
  const [asking, setAsking] = useState<What | null>(null);
  const { meter } = chosen.value;
  const run = async (what: What) => {
    await api.reset(meter, what);
    toast(t(Common.done));
  };
  return (
    <div class="row">
      <Button kind="danger" onClick={() => setAsking('partial')}>{t(W.reset_partial)}</Button>
      <Button kind="danger" onClick={() => setAsking('demand')}>{t(W.reset_demand)}</Button>
      {asking && (
        <ConfirmDialog
          title={nameOfMeter(meter)} action={t(W[`reset_${asking}`])} effect={t(W[`reset_${asking}_effect`], { meter: nameOfMeter(meter) })}
          run={() => run(asking)} onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
