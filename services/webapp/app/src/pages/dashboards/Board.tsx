// One dashboard, looked at or being changed. What is changed is a draft until the device has taken it.

import { useEffect, useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Dashboard, KeptDashboard, Widget, WidgetKind } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { href, parameter, setParameters } from '~/router';
import { useResource } from '~/state/resource';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { CheckField, SelectField, TextField } from '~/ui/Field';
import { Empty, Loaded } from '~/ui/states';
import { drafts, setDraft } from './drafts';
import { Grid } from './Grid';
import { settle } from './layout';
import { mayChange } from './List';
import { KINDS, newWidget } from './model';
import { WidgetDialog } from './WidgetDialog';
import { W } from './words';

export function Board({ id }: { id: string }) {
  const kept = useResource(`dashboard ${id}`, (signal) => api.dashboard(id, signal));
  return (
    <>
      <div><a class="board-link" href={href('/dashboards')}>← {t(W.back)}</a></div>
      <Loaded resource={kept} height={600}>{(dashboard) => <Opened kept={dashboard} saved={kept.set} />}</Loaded>
    </>
  );
}

function Opened({ kept, saved }: { kept: KeptDashboard; saved: (kept: KeptDashboard) => void }) {
  const draft = drafts.value[kept.id];
  const allowed = mayChange(kept.owner);
  const editing = allowed && (parameter('edit') === '1' || draft !== undefined);
  const shown: Dashboard = draft && editing ? draft.dashboard : kept;
  const change = (part: Partial<Dashboard>) => {
    const { name, shared, widgets } = drafts.peek()[kept.id]?.dashboard ?? kept;
    setDraft(kept.id, { dashboard: { name, shared, widgets, ...part }, base: draft?.base ?? kept.updated });
  };
  useWarning(draft !== undefined);
  return (
    <>
      {editing ? <EditHead kept={kept} shown={shown} change={change} saved={saved} /> : <Head kept={kept} allowed={allowed} />}
      {shown.widgets.length === 0
        ? <section class="panel"><Empty text={t(W.empty)}>{allowed && !editing && <EditLink id={kept.id} />}</Empty></section>
        : <Grid widgets={shown.widgets} change={editing ? (widgets) => change({ widgets }) : null} />}
    </>
  );
}

/** The browser asks before the window is closed; links within the app lose nothing, as the draft stays. */
function useWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);
}

function EditLink({ id }: { id: string }) {
  return <a class="button" href={href(`/dashboards/${id}`, { edit: '1' })}>{t(W.edit)}</a>;
}

function Head({ kept, allowed }: { kept: KeptDashboard; allowed: boolean }) {
  return (
    <div class="page-head">
      <h2 class="board-name">{kept.name}</h2>
      {allowed ? <EditLink id={kept.id} /> : <span class="small dim">{t(W.others, { owner: kept.owner })}</span>}
    </div>
  );
}

interface EditProps {
  kept: KeptDashboard;
  shown: Dashboard;
  change: (part: Partial<Dashboard>) => void;
  saved: (kept: KeptDashboard) => void;
}

function EditHead({ kept, shown, change, saved }: EditProps) {
  const draft = drafts.value[kept.id];
  const [discarding, setDiscarding] = useState(false);
  const [added, setAdded] = useState<Widget | null>(null);
  const write = useWrite(async () => {
    const answer = await api.saveDashboard(kept.id, shown);
    setDraft(kept.id, null);
    saved(answer);
    setParameters({ edit: null });
  });
  const add = (kind: WidgetKind) => {
    const widget = newWidget(kind, shown.widgets);
    setAdded(widget);
  };
  return (
    <section class="panel stack stack-tight">
      <h2 class="hidden-text">{t(W.edit)}: {kept.name}</h2>
      <div class="board-edit">
        <TextField label={t(Common.name)} value={shown.name} maxLength={80} onInput={(name) => change({ name })} error={write.problem?.of('name')} />
        <SelectField<WidgetKind | ''>
          label={t(W.add_widget)} value="" onChange={(kind) => kind && add(kind)}
          options={[{ key: '' as const, name: '…' }, ...KINDS.map((kind) => ({ key: kind, name: t(W[kind]) }))]}
        />
        <CheckField label={t(W.shared)} checked={shown.shared} onChange={(shared) => change({ shared })} />
      </div>
      {draft && draft.base !== kept.updated && <div class="notice notice-warning" role="alert">{t(W.overtaken)}</div>}
      <div class="row">
        <Button kind="main" pending={write.pending} disabled={!draft || !shown.name.trim()} onClick={() => void write.run()}>{t(Common.save)}</Button>
        {draft
          ? <Button kind="danger" onClick={() => setDiscarding(true)}>{t(W.discard)}</Button>
          : <Button onClick={() => setParameters({ edit: null })}>{t(W.leave)}</Button>}
        <span class={draft ? 'small is-warn' : 'small dim'} role="status">{draft ? `${t(W.restored)} ${t(W.editing)}` : t(W.editing)}</span>
        <WriteStatus status={write.status} />
      </div>
      {added && (
        <WidgetDialog
          widget={added} close={() => setAdded(null)}
          done={(widget) => {
            change({ widgets: settle([...shown.widgets, widget]) });
            setAdded(null);
          }}
        />
      )}
      {discarding && (
        <ConfirmDialog
          title={t(W.discard)} action={t(W.discard)} effect={t(W.discard_effect)} onClose={() => setDiscarding(false)}
          run={async () => {
            setDraft(kept.id, null);
            setParameters({ edit: null });
          }}
        />
      )}
    </section>
  );
}
