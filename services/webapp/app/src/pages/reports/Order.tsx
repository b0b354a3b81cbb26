// A report on demand: which, over what time, in which language and formats. Words first, then dates.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { ReportOrder, ReportPeriod, ReportTemplate } from '~/api/types';
import { language as chosenLanguage, t, tSlug } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { RANGE_NAMES } from '~/i18n/ranges';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { SelectField, TextField } from '~/ui/Field';
import { FormatFields } from './FormatFields';
import { TEMPLATE_HELP, TEMPLATES, W } from './words';

const PERIODS: readonly ReportPeriod[] = ['today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month'];
type Choice = ReportPeriod | 'dates';

/** The day after a date, as the interface wants the end. */
function dayAfter(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
}

export function Order({ templates, ordered }: { templates: ReportTemplate[]; ordered: () => void }) {
  const [slug, setSlug] = useState(templates[0]?.slug ?? '');
  const template = templates.find((known) => known.slug === slug);
  const [period, setPeriod] = useState<Choice | null>(null);
  const [dates, setDates] = useState({ from: '', to: '' });
  const [language, setLanguage] = useState(chosenLanguage.value);
  const [formats, setFormats] = useState<string[]>(['pdf']);
  const write = useWrite(async (order: ReportOrder) => {
    await api.orderReport(order);
    ordered();
  });
  const choice: Choice = period ?? template?.period ?? 'today';
  const timed = template?.period != null;
  const dated = timed && choice === 'dates';
  const wrong = dated && dates.from !== '' && dates.to !== '' && dates.to < dates.from;
  const ready = formats.length > 0 && (!dated || (dates.from !== '' && dates.to !== '' && !wrong));
  const order = (): ReportOrder => {
    const common = { template: slug, language, formats };
    if (!timed) return common;
    return choice === 'dates' ? { ...common, from: dates.from, to: dayAfter(dates.to) } : { ...common, period: choice };
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void write.run(order());
      }}
    >
      <fieldset>
        <legend class="field-label">{t(W.template)}</legend>
        <div class="report-templates">
          {templates.map((known) => (
            <label key={known.slug} class="report-template">
              <input
                type="radio" name="template" checked={known.slug === slug}
                onChange={() => {
                  setSlug(known.slug);
                  setPeriod(null);
                }}
              />
              <span><strong>{tSlug(TEMPLATES, known.slug)}</strong><span class="small dim">{tSlug(TEMPLATE_HELP, known.slug, '')}</span></span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="report-fields">
        {timed ? (
          <SelectField<Choice>
            label={t(W.period)} value={choice} onChange={setPeriod} error={write.problem?.of('period')}
            options={[...PERIODS.map((key) => ({ key, name: t(RANGE_NAMES[key]) })), { key: 'dates', name: t(W.dates) }]}
          />
        ) : <p class="small dim">{t(W.now)}</p>}
        {dated && (
          <>
            <TextField label={t(W.from)} type="date" value={dates.from} onInput={(from) => setDates({ ...dates, from })} error={write.problem?.of('from')} />
            <TextField label={t(W.to)} type="date" value={dates.to} onInput={(to) => setDates({ ...dates, to })} error={wrong ? t(W.wrong_dates) : write.problem?.of('to')} />
          </>
        )}
        <FormatFields language={language} formats={formats} onLanguage={setLanguage} onFormats={setFormats} />
      </div>
      {may('operator') ? (
        <div class="row">
          <Button kind="main" type="submit" pending={write.pending} disabled={!ready}>{t(W.make)}</Button>
          {write.status.state === 'failed' && <WriteStatus status={write.status} />}
        </div>
      ) : <p class="small dim">{t(Common.needs_role, { role: t(Common.operator) })}</p>}
    </form>
  );
}
