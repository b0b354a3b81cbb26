// The log of events: a filter by kind that is kept in the address, endless to the past.

import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { AuditCheck, MeterEvent } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { eventKindName } from '~/i18n/events';
import { moment, offset } from '~/i18n/format';
import { parameter, setParameters } from '~/router';
import { catalog } from '~/state/catalog';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Empty, ProblemNotice, Skeleton } from '~/ui/states';
import { Table } from '~/ui/Table';
import { useWidth } from '~/ui/useWidth';
import { useEvents } from './useEvents';
import { W } from './words';

/** Four columns that can be read. */
const TABLE_PX = 560;

function chosenKinds(): string[] {
  return parameter('kinds')?.split(',').filter(Boolean) ?? [];
}

export function EventLog() {
  const kinds = chosenKinds();
  const { log, loading, problem, failedAt, older } = useEvents(kinds);
  const newest = log?.events[0];
  return (
    <>
      <section class="panel stack stack-tight">
        <Filter kinds={kinds} />
        {problem && <ProblemNotice problem={problem} since={failedAt} retry={older} />}
        {!log && !problem && <Skeleton height={400} />}
        {log && log.events.length === 0 && <Empty text={t(W.nothing)} />}
        {log && newest && (
          <>
            <List events={log.events} zone={offset(newest.time)} />
            {log.next === null ? <p class="small dim">{t(W.all_loaded)}</p> : <More loading={loading} older={older} />}
            <p class="small dim">{t(W.texts)}</p>
          </>
        )}
      </section>
      <Audit />
    </>
  );
}

/** A table where there is room for one, and a list on a phone. */
function List({ events, zone }: { events: MeterEvent[]; zone: string }) {
  const [box, width] = useWidth<HTMLDivElement>();
  return (
    <div ref={box}>
      {width >= TABLE_PX ? (
        <Table
          caption={t(W.log)} hideCaption dense rows={events} rowKey={(event) => event.seq}
          columns={[
            { key: 'time', head: `${t(Common.time)} (${zone})`, cell: (event) => <span class="event-time">{moment(event.time)}</span> },
            { key: 'kind', head: t(W.kind), cell: (event) => <span class="event-kind">{eventKindName(event.kind)}</span> },
            { key: 'text', head: t(W.text), cell: (event) => event.text },
            { key: 'seq', head: t(W.number), numeric: true, cell: (event) => <span class="dim">{event.seq}</span> },
          ]}
        />
      ) : (
        <ol class="event-list" aria-label={t(W.log)}>
          {events.map((event) => (
            <li key={event.seq}>
              <div class="row row-spread small"><span class="event-kind">{eventKindName(event.kind)}</span><span class="dim">{moment(event.time)}</span></div>
              {event.text}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Filter({ kinds }: { kinds: readonly string[] }) {
  const known = catalog.value?.event_kinds ?? [];
  const toggle = (kind: string) => {
    const left = kinds.includes(kind) ? kinds.filter((other) => other !== kind) : [...kinds, kind];
    setParameters({ kinds: left.join(',') });
  };
  return (
    <div class="kinds" role="group" aria-label={t(W.kinds)}>
      <button type="button" class="kind" aria-pressed={kinds.length === 0} onClick={() => setParameters({ kinds: null })}>{t(W.all_kinds)}</button>
      {known.map((kind) => (
        <button key={kind} type="button" class="kind" aria-pressed={kinds.includes(kind)} onClick={() => toggle(kind)}>
          {eventKindName(kind)}
        </button>
      ))}
    </div>
  );
}

/** Loads by itself when it comes into view; the button is for keys, and after a failure. */
function More({ loading, older }: { loading: boolean; older: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = end.current;
    if (!target) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) older();
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [older]);
  return <div ref={end}><Button pending={loading} onClick={older}>{t(W.older)}</Button></div>;
}

function Audit() {
  const check = useWrite(api.auditCheck);
  const [result, setResult] = useState<AuditCheck | null>(null);
  if (!may('administrator')) return null;
  const run = async () => {
    setResult(null);
    setResult(await check.run());
  };
  return (
    <section class="panel stack stack-tight">
      <h2>{t(W.audit)}</h2>
      <p class="dim">{t(W.audit_help)}</p>
      <div class="row">
        <Button pending={check.pending} onClick={() => void run()}>{t(W.audit)}</Button>
        <WriteStatus status={check.status} />
      </div>
      {result && (
        <div class={`notice ${result.whole ? 'notice-ok' : 'notice-alarm'}`} role="status">
          <span class={`phase-mark ${result.whole ? 'is-ok' : 'is-alarm'}`}>
            <Icon name={result.whole ? 'ok' : 'alarm'} size={18} />
            <strong class="audit-text">{result.whole ? t(W.audit_whole) : t(W.audit_broken, { break: result.break })}</strong>
          </span>
        </div>
      )}
    </section>
  );
}
