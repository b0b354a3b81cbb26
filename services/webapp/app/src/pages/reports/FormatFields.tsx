// Language and formats of a report, as both forms ask for them.

import type { Language } from '~/api/types';
import { LANGUAGES, t } from '~/i18n';
import { CheckField, SelectField } from '~/ui/Field';
import { W } from './words';

export const FORMATS = ['pdf', 'xlsx', 'csv'] as const;

interface Props {
  language: Language;
  formats: readonly string[];
  onLanguage: (language: Language) => void;
  onFormats: (formats: string[]) => void;
}

export function FormatFields({ language, formats, onLanguage, onFormats }: Props) {
  return (
    <>
      <SelectField<Language>
        label={t(W.language)} value={language} onChange={onLanguage}
        options={LANGUAGES.map(({ slug, name }) => ({ key: slug, name }))}
      />
      <fieldset>
        <legend class="field-label">{t(W.formats)}</legend>
        <div class="row report-formats">
          {FORMATS.map((format) => (
            <CheckField
              key={format} label={format.toUpperCase()} checked={formats.includes(format)}
              onChange={(on) => onFormats(FORMATS.filter((known) => (known === format ? on : formats.includes(known))))}
            />
          ))}
        </div>
        {formats.length === 0 && <p class="field-error" role="alert">{t(W.choose_format)}</p>}
      </fieldset>
    </>
  );
}
