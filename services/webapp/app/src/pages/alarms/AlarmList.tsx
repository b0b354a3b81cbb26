// What is wrong, and what was and nobody has seen: three lists by state, the worst to do first.

import { useEffect } from 'preact/hooks';
import * as api from '~/api/client';
import type { Alarm } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { href } from '~/router';
import { image, silence } from '~/state/live';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Empty, Loaded } from '~/ui/states';
import { conditionPage, conditionText } from './condition';
import { W } from './words';

const STATES = ['active', 'cleared', 'active_acknowledged'] as const;
/** Conditions come and go without the count of unseen ones changing. */
const AGAIN_MS = 5000;

export function AlarmList() {
  const alarms = useResource('alarms', api.alarms, { everyMs: AGAIN_MS });
  const waiting = image.value?.alarms;
  useEffect(() => {
    if (waiting !== undefined) alarms.reload();
  }, [waiting]);
  return (
    <>
      {silence.value !== null && <div class="notice notice-warning" role="status">{t(W.silent)}</div>}
      <Loaded resource={alarms} height={220}>
        {({ alarms: list }) => (list.length === 0
          ? <section class="panel"><Empty text={t(W.none)}><a class="button" href={href('/alarms/events')}>{t(W.log)}</a></Empty></section>
          : <Lists list={list} changed={alarms.reload} />)}
      </Loaded>
    </>
  );
}

function Lists({ list, changed }: { list: Alarm[]; changed: () => void }) {
  const unseen = list.filter((alarm) => alarm.state !== 'active_acknowledged');
  const all = useWrite(async () => {
    for (const { id } of unseen) await api.acknowledge(id);
    changed();
  });
  return (
    <>
      {unseen.length > 1 && may('operator') && (
        <div class="row">
          <Button pending={all.pending} onClick={() => void all.run()}>{t(W.acknowledge_all, { n: unseen.length })}</Button>
          <WriteStatus status={all.status} />
        </div>
      )}
      {!may('operator') && <p class="small dim">{t(W.acknowledge)}: {t(Common.needs_role, { role: t(Common.operator) })}.</p>}
      {STATES.map((state) => {
        const of = list.filter((alarm) => alarm.state === state);
        return of.length === 0 ? null : (
          <section key={state} class="panel">
            <h2>{t(W[state])} <span class="dim">({of.length})</span></h2>
            <ul class="alarms">
              {of.map((alarm) => <Row key={alarm.id} alarm={alarm} changed={changed} />)}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function Row({ alarm, changed }: { alarm: Alarm; changed: () => void }) {
  const write = useWrite(async () => {
    await api.acknowledge(alarm.id);
    changed();
  });
  const text = conditionText(alarm);
  const page = conditionPage(alarm);
  const over = alarm.state === 'cleared';
  return (
    <li class={`alarm ${over ? 'alarm-over' : `alarm-${alarm.severity}`}`}>
      <div class="alarm-what">
        <span class={`phase-mark ${alarm.severity === 'alarm' ? 'is-alarm' : 'is-warn'}`}>
          <Icon name="alarm" size={18} />{t(W[alarm.severity])}
        </span>
        <strong>{text}</strong>
        <span class="chip">{t(W[`state_${alarm.state}`])}</span>
      </div>
      <div class="small dim">
        <div>
          {alarm.until
            ? t(W.from_to, { from: moment(alarm.since), to: moment(alarm.until) })
            : t(W.since, { time: moment(alarm.since) })}
        </div>
        {alarm.acknowledged_by && (
          <div>{t(W.acknowledged, { who: alarm.acknowledged_by, time: moment(alarm.acknowledged_at ?? '') })}</div>
        )}
      </div>
      <div class="row">
        {page && !over && <a class="button button-quiet" href={href(page)} aria-label={`${t(W.look)}: ${text}`}>{t(W.look)}</a>}
        {alarm.state !== 'active_acknowledged' && may('operator') && (
          <Button pending={write.pending} label={`${t(W.acknowledge)}: ${text}`} onClick={() => void write.run()}>{t(W.acknowledge)}</Button>
        )}
        <WriteStatus status={write.status} />
      </div>
    </li>
  );
}
