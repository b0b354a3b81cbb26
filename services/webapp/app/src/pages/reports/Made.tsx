// Reports that are being made, and those that are made, with their files.

import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Job, ReportInfo, ReportTemplate } from '~/api/types';
import { t, tSlug } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { spanText } from '~/i18n/ranges';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { LoadedOrAbsent } from '~/ui/Absent';
import { Button } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { Icon } from '~/ui/Icon';
import { Empty } from '~/ui/states';
import { Table } from '~/ui/Table';
import { toast } from '~/ui/Toast';
import { Order } from './Order';
import { TEMPLATES, W } from './words';

/** While something is being made. */
const SOON_MS = 1000;

export function Made() {
  const templates = useResource('report-templates', api.reportTemplates);
  const reports = useResource('reports', api.reports);
  const [watching, setWatching] = useState(true);
  const jobs = useResource('jobs', api.jobs, { everyMs: SOON_MS, when: watching });
  const made = (jobs.value ?? []).filter(({ kind }) => kind === 'report');
  const running = made.filter(({ state }) => state === 'running').length;
  const before = useRef(0);
  useEffect(() => {
    if (!jobs.value) {
      if (jobs.problem) setWatching(false);
      return;
    }
    if (running < before.current) {
      reports.reload();
      if (made[0]?.state === 'done') toast(t(W.made));
    }
    before.current = running;
    setWatching(running > 0);
  }, [jobs.value, jobs.problem]);
  const ordered = () => {
    before.current = Math.max(1, before.current + 1);
    setWatching(true);
    jobs.reload();
  };
  return (
    <>
      <section class="panel stack">
        <h2>{t(W.make)}</h2>
        <LoadedOrAbsent resource={templates} height={320}>{(list: ReportTemplate[]) => <Order templates={list} ordered={ordered} />}</LoadedOrAbsent>
        <Jobs jobs={made} />
      </section>
      {!(templates.problem?.status === 404) && (
        <section class="panel stack">
          <h2>{t(W.finished)}</h2>
          <LoadedOrAbsent resource={reports} height={200}>
            {(list: ReportInfo[]) => (list.length === 0 ? <Empty text={t(W.none)} /> : <Finished list={list} changed={reports.reload} />)}
          </LoadedOrAbsent>
        </section>
      )}
    </>
  );
}

/** What runs, and what failed since the last that did not. */
function Jobs({ jobs }: { jobs: Job[] }) {
  const done = jobs.findIndex(({ state }) => state === 'done');
  const recent = done < 0 ? jobs : jobs.slice(0, done);
  return (
    <div role="status" class="stack stack-tight">
      {recent.map((job) => (job.state === 'running'
        ? <div key={job.id} class="notice report-job"><span class="pending-ring" aria-hidden="true" />{t(W.making)}</div>
        : <div key={job.id} class="notice notice-alarm">{t(W.failed, { reason: job.detail ?? '' })}</div>))}
    </div>
  );
}

function bytes(count: number): string {
  return count < 1_000_000 ? `${Math.ceil(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function Finished({ list, changed }: { list: ReportInfo[]; changed: () => void }) {
  const [removing, setRemoving] = useState<ReportInfo | null>(null);
  return (
    <>
      <Table
        caption={t(W.finished)} hideCaption rows={list} rowKey={({ id }) => id}
        columns={[
          {
            key: 'title', head: t(W.template), isHead: true,
            cell: ({ title, template }) => <>{title}<div class="small dim report-kind">{tSlug(TEMPLATES, template)}</div></>,
          },
          { key: 'files', head: t(W.files), cell: (report) => <Files report={report} /> },
          { key: 'period', head: t(W.period), cell: ({ from, to }) => spanText({ from: Date.parse(from), to: Date.parse(to) }) },
          { key: 'created', head: t(W.created), cell: ({ created }) => moment(created, 'short') },
          { key: 'by', head: t(W.by), cell: ({ by }) => by },
          {
            key: 'acts', head: '',
            cell: (report) => may('operator') && (
              <Button kind="danger" label={`${t(Common.delete)} ${report.title}`} onClick={() => setRemoving(report)}>{t(Common.delete)}</Button>
            ),
          },
        ]}
      />
      {removing && (
        <ConfirmDialog
          title={t(W.remove, { title: removing.title })} action={t(Common.delete)} effect={t(W.remove_effect)} onClose={() => setRemoving(null)}
          run={async () => {
            await api.removeReport(removing.id);
            changed();
          }}
        />
      )}
    </>
  );
}

function Files({ report }: { report: ReportInfo }) {
  return (
    <div class="row report-files">
      {report.formats.map((format) => (
        <a
          key={format} class="button" href={api.reportFile(report.id, format)} download
          aria-label={t(W.download, { title: report.title, format: format.toUpperCase() })}
        >
          <Icon name="download" size={16} />{format.toUpperCase()}
        </a>
      ))}
      <span class="small dim">{bytes(report.bytes)}</span>
    </div>
  );
}
