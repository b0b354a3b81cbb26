// The language of the device's display and of the first administrator, the zone of its days and tariffs, and the clock as
// it is.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Language } from '~/api/types';
import { LANGUAGES, language, t } from '~/i18n';
import { moment, offset, zone } from '~/i18n/format';
import { catalog } from '~/state/catalog';
import { image } from '~/state/live';
import { choosePreferences } from '~/state/preferences';
import { useWrite } from '~/state/write';
import { SelectField } from '~/ui/Field';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

/** A device as delivered is at UTC; where it stands, people's browsers mostly know. */
function likely(zones: readonly string[]): string {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone.value === 'UTC' && zones.includes(here) ? here : zone.value;
}

export function LanguageStep({ done, back }: StepProps) {
  const zones = catalog.value?.zones ?? [];
  const [place, setPlace] = useState(() => likely(zones));
  const write = useWrite(() => api.setupStep('language', { language: language.value, zone: place }));
  const next = async () => {
    const answer = await write.run();
    if (answer) done(answer);
  };
  const time = image.value?.time;
  return (
    <StepForm pending={write.pending} problem={write.problem} onNext={() => void next()} back={back}>
      <SelectField<Language>
        label={t(W.own_language)} value={language.value} error={write.problem?.of('language')}
        options={LANGUAGES.map(({ slug, name }) => ({ key: slug, name }))}
        onChange={(chosen) => void choosePreferences({ language: chosen }, false)}
      />
      <SelectField
        label={t(W.zone)} value={place} onChange={setPlace} error={write.problem?.of('zone')} help={t(W.zone_help)}
        options={zones.map((name) => ({ key: name, name }))}
      />
      <dl class="setup-facts">
        <dt>{t(W.device_time)}</dt>
        <dd>{time ? `${moment(time, 'full')} (${offset(time)})` : '–'}</dd>
      </dl>
    </StepForm>
  );
}
