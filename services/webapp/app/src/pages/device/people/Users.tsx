// Who may log in, and as what.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Role, User } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { useResource } from '~/state/resource';
import { me } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog, Dialog } from '~/ui/Dialog';
import { SelectField, TextField } from '~/ui/Field';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { PASSWORD_MIN, P } from './words';

const ROLES = ['viewer', 'operator', 'administrator'] as const;
/** Fields under which a refusal stands; any other stands beneath them all. */
const FIELDS = ['username', 'role', 'password'];

type Open = { what: 'add' } | { what: 'change' | 'remove'; user: User } | null;

export function Users() {
  const users = useResource('users', api.users);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const own = me.value?.username;
  return (
    <section class="panel stack stack-tight">
      <div class="panel-head">
        <h2>{t(P.users)}</h2>
        <Button onClick={() => setOpen({ what: 'add' })}>{t(P.add_user)}</Button>
      </div>
      <Loaded resource={users} height={180}>
        {(list) => (
          <Table
            caption={t(P.users)} hideCaption rows={list} rowKey={({ username }) => username}
            columns={[
              { key: 'name', head: t(P.username), isHead: true, cell: ({ username }) => <>{username}{username === own && <span class="dim"> ({t(P.you)})</span>}</> },
              { key: 'role', head: t(P.role), cell: ({ role }) => t(Common[role]) },
              {
                key: 'seen', head: t(P.last_login),
                cell: ({ last_login, locked_until }) => (
                  <>
                    {last_login ? moment(last_login, 'full') : t(P.never)}
                    {locked_until && <div class="small is-warn">{t(P.locked, { time: moment(locked_until, 'time') })}</div>}
                  </>
                ),
              },
              { key: 'created', head: t(P.created), cell: ({ created }) => moment(created, 'day') },
              {
                key: 'acts', head: '',
                cell: (user) => (
                  <div class="row">
                    <Button label={t(P.change_user, { name: user.username })} onClick={() => setOpen({ what: 'change', user })}>{t(P.change)}</Button>
                    {user.username !== own && (
                      <Button kind="danger" label={`${t(Common.delete)} ${user.username}`} onClick={() => setOpen({ what: 'remove', user })}>{t(Common.delete)}</Button>
                    )}
                  </div>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {open?.what === 'add' && <UserDialog user={null} changed={users.reload} close={close} />}
      {open?.what === 'change' && <UserDialog user={open.user} changed={users.reload} close={close} />}
      {open?.what === 'remove' && (
        <ConfirmDialog
          title={t(P.remove_user, { name: open.user.username })} action={t(P.remove_user, { name: open.user.username })}
          effect={t(P.remove_user_effect, { name: open.user.username })} onClose={close}
          run={async () => {
            await api.removeUser(open.user.username);
            users.reload();
          }}
        />
      )}
    </section>
  );
}

function UserDialog({ user, changed, close }: { user: User | null; changed: () => void; close: () => void }) {
  const [username, setUsername] = useState(user?.username ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'viewer');
  const [password, setPassword] = useState('');
  const write = useWrite(async () => {
    if (user) await api.changeUser(user.username, { role: role === user.role ? undefined : role, password: password || undefined });
    else await api.addUser(username, password, role);
    changed();
    close();
  });
  const short = password !== '' && password.length < PASSWORD_MIN;
  const nothing = user !== null && role === user.role && password === '';
  const ready = !short && !nothing && (user !== null || (username !== '' && password !== ''));
  const title = user ? t(P.change_user, { name: user.username }) : t(P.add_user);
  return (
    <Dialog title={title} onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void write.run();
        }}
      >
        {!user && (
          <TextField
            label={t(P.username)} value={username} onInput={setUsername} maxLength={32} autofocus
            help={t(P.username_help)} error={write.problem?.of('username')}
          />
        )}
        <SelectField<Role>
          label={t(P.role)} value={role} onChange={setRole} help={t(P.roles_help)} error={write.problem?.of('role')}
          options={ROLES.map((key) => ({ key, name: t(Common[key]) }))}
        />
        <TextField
          label={t(user ? P.new_password : P.password)} type="password" autocomplete="new-password" value={password} onInput={setPassword}
          help={user ? `${t(P.password_help)}. ${t(P.password_keep)}` : t(P.password_help)}
          error={short ? t(P.password_short) : write.problem?.of('password')}
        />
        {!FIELDS.some((field) => write.problem?.of(field)) && <WriteStatus status={write.status} />}
        <div class="dialog-actions">
          <Button onClick={close}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" pending={write.pending} disabled={!ready}>{user ? t(Common.save) : t(P.add_user)}</Button>
        </div>
      </form>
    </Dialog>
  );
}
