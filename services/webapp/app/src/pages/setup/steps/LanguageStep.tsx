// The language of the device's display and of the first administrator; zone and clock as they are.

import * as api from '~/api/client';
import type { Language } from '~/api/types';
import { LANGUAGES, language, t } from '~/i18n';
import { moment, offset, zone } from '~/i18n/format';
import { image } from '~/state/live';
import { choosePreferences } from '~/state/preferences';
import { useWrite } from '~/state/write';
import { SelectField } from '~/ui/Field';
import type { StepProps } from '../index';
import { StepForm } from '../StepForm';
import { W } from '../words';

export function LanguageStep({ done, back }: StepProps) {
  const write = useWrite(() => api.setupStep('language', { language: language.value }));
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
      <dl class="setup-facts">
        <dt>{t(W.device_time)}</dt>
        <dd>{time ? moment(time, 'full') : '–'}</dd>
        <dt>{t(W.zone)}</dt>
        <dd>{zone.value} {time && `(${offset(time)})`}</dd>
      </dl>
      <p class="small dim">{t(W.zone_help)}</p>
    </StepForm>
  );
}
