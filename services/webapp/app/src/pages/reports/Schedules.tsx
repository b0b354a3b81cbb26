// Reports that are made by themselves.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { ReportSchedule, ReportTemplate } from '~/api/types';
import { language as chosenLanguage, LANGUAGES, t, tSlug } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { LoadedOrAbsent } from '~/ui/Absent';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog, Dialog } from '~/ui/Dialog';
import { CheckField, SelectField, TextField } from '~/ui/Field';
import { Icon } from '~/ui/Icon';
import { Empty } from '~/ui/states';
import { Table } from '~/ui/Table';
import { FormatFields } from './FormatFields';
import { EVERY, TEMPLATES, W } from './words';

type Every = ReportSchedule['every'];
const EVERIES: readonly Every[] = ['day', 'week', 'month'];

async function load(signal: AbortSignal): Promise<{ schedules: ReportSchedule[]; templates: ReportTemplate[] }> {
  const [schedules, templates] = await Promise.all([api.reportSchedules(signal), api.reportTemplates(signal)]);
  return { schedules, templates };
}

type Open = { what: 'edit'; schedule: ReportSchedule | null } | { what: 'remove'; schedule: ReportSchedule } | null;

export function Schedules() {
  const known = useResource('report-schedules', load);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <section class="panel stack">
      <div class="panel-head">
        <h2>{t(W.schedules)}</h2>
        {may('operator')
          ? known.value && <Button onClick={() => setOpen({ what: 'edit', schedule: null })}>{t(W.add)}</Button>
          : <span class="small dim">{t(Common.needs_role, { role: t(Common.operator) })}</span>}
      </div>
      <LoadedOrAbsent resource={known} height={200}>
        {({ schedules }) => (schedules.length === 0
          ? <Empty text={t(W.no_schedules)} />
          : <List schedules={schedules} open={setOpen} />)}
      </LoadedOrAbsent>
      {open?.what === 'edit' && known.value && (
        <ScheduleDialog schedule={open.schedule} templates={known.value.templates} taken={known.value.schedules.map(({ id }) => id)} changed={known.reload} close={close} />
      )}
      {open?.what === 'remove' && (
        <ConfirmDialog
          title={t(W.remove_schedule, { id: open.schedule.id })} action={t(W.remove_schedule, { id: open.schedule.id })}
          effect={t(W.remove_schedule_effect)} onClose={close}
          run={async () => {
            await api.removeReportSchedule(open.schedule.id);
            known.reload();
          }}
        />
      )}
    </section>
  );
}

function List({ schedules, open }: { schedules: ReportSchedule[]; open: (what: Open) => void }) {
  return (
    <Table
      caption={t(W.schedules)} hideCaption rows={schedules} rowKey={({ id }) => id}
      columns={[
        { key: 'id', head: t(W.name), isHead: true, cell: ({ id }) => id },
        { key: 'template', head: t(W.template), cell: ({ template }) => tSlug(TEMPLATES, template) },
        { key: 'every', head: t(W.every), cell: ({ every }) => t(EVERY[every]) },
        { key: 'formats', head: t(W.formats), cell: ({ formats }) => formats.join(', ').toUpperCase() },
        { key: 'language', head: t(W.language), cell: ({ language }) => LANGUAGES.find(({ slug }) => slug === language)?.name },
        {
          key: 'enabled', head: t(Common.state),
          cell: ({ enabled }) => (
            <span class={`phase-mark ${enabled ? 'is-ok' : 'dim'}`}><Icon name={enabled ? 'ok' : 'close'} size={16} />{t(enabled ? Common.on : Common.off)}</span>
          ),
        },
        { key: 'last', head: t(W.last), cell: ({ last }) => (last ? moment(last, 'short') : '–') },
        {
          key: 'acts', head: '',
          cell: (schedule) => may('operator') && (
            <div class="row">
              <Button label={`${t(W.change)}: ${schedule.id}`} onClick={() => open({ what: 'edit', schedule })}>{t(W.change)}</Button>
              <Button kind="danger" label={`${t(Common.delete)} ${schedule.id}`} onClick={() => open({ what: 'remove', schedule })}>{t(Common.delete)}</Button>
            </div>
          ),
        },
      ]}
    />
  );
}

interface DialogProps {
  schedule: ReportSchedule | null;
  templates: ReportTemplate[];
  taken: string[];
  changed: () => void;
  close: () => void;
}

function ScheduleDialog({ schedule, templates, taken, changed, close }: DialogProps) {
  const [id, setId] = useState(schedule?.id ?? '');
  const [template, setTemplate] = useState(schedule?.template ?? templates[0]?.slug ?? '');
  const [every, setEvery] = useState<Every>(schedule?.every ?? 'month');
  const [language, setLanguage] = useState(schedule?.language ?? chosenLanguage.value);
  const [formats, setFormats] = useState(schedule?.formats ?? ['pdf']);
  const [enabled, setEnabled] = useState(schedule?.enabled ?? true);
  const write = useWrite(async () => {
    await api.saveReportSchedule(id, { template, every, language, formats, enabled });
    changed();
    close();
  });
  const isTaken = !schedule && taken.includes(id);
  const isPlain = /^[a-z0-9-]{1,40}$/.test(id);
  const ready = isPlain && !isTaken && formats.length > 0;
  return (
    <Dialog title={schedule ? `${t(W.change)}: ${schedule.id}` : t(W.add)} onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void write.run();
        }}
      >
        {!schedule && (
          <TextField
            label={t(W.name)} value={id} onInput={setId} maxLength={40} autofocus help={t(W.name_help)}
            error={isTaken ? t(W.name_taken) : id !== '' && !isPlain ? t(W.name_help) : write.problem?.of('id')}
          />
        )}
        <SelectField
          label={t(W.template)} value={template} onChange={setTemplate} error={write.problem?.of('template')}
          options={templates.map(({ slug }) => ({ key: slug, name: tSlug(TEMPLATES, slug) }))}
        />
        <SelectField<Every> label={t(W.every)} value={every} onChange={setEvery} options={EVERIES.map((key) => ({ key, name: t(EVERY[key]) }))} />
        <FormatFields language={language} formats={formats} onLanguage={setLanguage} onFormats={setFormats} />
        <CheckField label={t(W.enabled)} checked={enabled} onChange={setEnabled} />
        <WriteStatus status={write.status} />
        <div class="dialog-actions">
          <Button onClick={close}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" pending={write.pending} disabled={!ready}>{t(Common.save)}</Button>
        </div>
      </form>
    </Dialog>
  );
}
