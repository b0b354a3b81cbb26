// All dashboards that one may see; a ready one is offered while there is none.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Dashboard, DashboardInfo } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { href, navigate } from '~/router';
import { useResource } from '~/state/resource';
import { may, me } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog, Dialog } from '~/ui/Dialog';
import { CheckField, TextField } from '~/ui/Field';
import { Empty, Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { drafts, setDraft } from './drafts';
import { newId, starter } from './model';
import { W } from './words';

const NAME_MAX = 80;

export function mayChange(owner: string): boolean {
  return owner === me.value?.username || may('administrator');
}

/** `Übersicht Haus 2` as an id: small letters, digits and dashes, and something that makes it the only one. */
function idOf(name: string): string {
  const plain = name.normalize('NFD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 24);
  return `${plain || 'dashboard'}-${newId()}`;
}

export function List() {
  const dashboards = useResource('dashboards', api.dashboards);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<DashboardInfo | null>(null);
  const create = useWrite(async (dashboard: Dashboard) => {
    const { id } = await api.saveDashboard(idOf(dashboard.name), dashboard);
    const edit = dashboard.widgets.length === 0 ? { edit: '1' } : undefined;
    navigate(href(`/dashboards/${id}`, edit));
  });
  return (
    <section class="panel stack">
      <div class="panel-head">
        <h2>{t(W.list)}</h2>
        <Button onClick={() => setAdding(true)}>{t(W.add)}</Button>
      </div>
      <Loaded resource={dashboards} height={200}>
        {(list) => (list.length === 0 ? (
          <Empty text={t(W.none)}>
            <Button kind="main" pending={create.pending} onClick={() => void create.run(starter(t(W.starter_name)))}>{t(W.starter)}</Button>
          </Empty>
        ) : (
          <Table
            caption={t(W.list)} hideCaption rows={list} rowKey={({ id }) => id}
            columns={[
              {
                key: 'name', head: t(Common.name), isHead: true,
                cell: ({ id, name }) => (
                  <>
                    <a class="board-link" href={href(`/dashboards/${id}`)}>{name}</a>
                    {drafts.value[id] && <span class="chip is-warn">{t(W.unsaved)}</span>}
                  </>
                ),
              },
              { key: 'owner', head: t(W.owner), cell: ({ owner }) => (owner === me.value?.username ? t(W.own) : owner) },
              { key: 'shared', head: t(Common.state), cell: ({ shared }) => t(shared ? W.shared_short : W.private_short) },
              { key: 'updated', head: t(W.updated), cell: ({ updated }) => moment(updated, 'short') },
              {
                key: 'acts', head: '',
                cell: (row) => mayChange(row.owner) && (
                  <Button kind="danger" label={`${t(Common.delete)} ${row.name}`} onClick={() => setRemoving(row)}>{t(Common.delete)}</Button>
                ),
              },
            ]}
          />
        ))}
      </Loaded>
      <WriteStatus status={create.status} />
      {adding && <AddDialog close={() => setAdding(false)} create={create.run} />}
      {removing && (
        <ConfirmDialog
          title={t(W.remove, { name: removing.name })} action={t(W.remove, { name: removing.name })} effect={t(W.remove_effect)}
          onClose={() => setRemoving(null)}
          run={async () => {
            await api.removeDashboard(removing.id);
            setDraft(removing.id, null);
            dashboards.reload();
          }}
        />
      )}
    </section>
  );
}

function AddDialog({ close, create }: { close: () => void; create: (dashboard: Dashboard) => Promise<unknown> }) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [ready, setReady] = useState(false);
  const write = useWrite(async () => {
    await create({ ...(ready ? starter(name) : { name, widgets: [] }), shared });
    close();
  });
  return (
    <Dialog title={t(W.add)} onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) void write.run();
        }}
      >
        <TextField label={t(Common.name)} value={name} onInput={setName} maxLength={NAME_MAX} required autofocus error={write.problem?.of('name')} />
        <CheckField label={t(W.starter)} checked={ready} onChange={setReady} />
        <CheckField label={t(W.shared)} checked={shared} onChange={setShared} />
        <WriteStatus status={write.status} />
        <div class="dialog-actions">
          <Button onClick={close}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" pending={write.pending} disabled={!name.trim()}>{t(W.add)}</Button>
        </div>
      </form>
    </Dialog>
  );
}
