// Tokens of programs. A secret is shown once, in a dialog that is left only on purpose.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { Token } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { useResource } from '~/state/resource';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog, Dialog } from '~/ui/Dialog';
import { CheckField, NumberField, TextField } from '~/ui/Field';
import { Empty, Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { toast } from '~/ui/Toast';
import { P } from './words';

const SCOPES = ['read', 'write', 'metrics'] as const;
const SCOPE_WORDS = { read: P.scope_read, write: P.scope_write, metrics: P.scope_metrics };
/** A year: long enough for a panel in a control room, short enough to be thought of again. */
const DAYS = '365';
const DAYS_MAX = 3650;

type Made = Token & { token: string };

function scopeName(scope: string): string {
  return scope in SCOPE_WORDS ? t(SCOPE_WORDS[scope as keyof typeof SCOPE_WORDS]) : scope;
}

export function Tokens() {
  const tokens = useResource('tokens', api.tokens);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [removing, setRemoving] = useState<Token | null>(null);
  return (
    <section class="panel stack stack-tight">
      <div class="panel-head">
        <h2>{t(P.tokens)}</h2>
        <Button onClick={() => setAdding(true)}>{t(P.make_token)}</Button>
      </div>
      <p class="small dim">{t(P.tokens_help)}</p>
      <Loaded resource={tokens} height={120}>
        {(list) => (list.length === 0 ? <Empty text={t(P.no_tokens)} /> : (
          <Table
            caption={t(P.tokens)} hideCaption rows={list} rowKey={({ id }) => id}
            columns={[
              { key: 'name', head: t(Common.name), isHead: true, cell: ({ name }) => name },
              { key: 'scopes', head: t(P.scopes), cell: ({ scopes }) => scopes.map(scopeName).join(', ') },
              { key: 'created', head: t(P.created), cell: ({ created }) => moment(created, 'day') },
              {
                key: 'expires', head: t(P.expires),
                cell: ({ expires }) => (Date.parse(expires) < Date.now() ? <span class="is-alarm">{moment(expires, 'day')} ({t(P.expired)})</span> : moment(expires, 'day')),
              },
              {
                key: 'acts', head: '',
                cell: (token) => <Button kind="danger" label={`${t(Common.delete)} ${token.name}`} onClick={() => setRemoving(token)}>{t(Common.delete)}</Button>,
              },
            ]}
          />
        ))}
      </Loaded>
      {adding && (
        <TokenDialog
          close={() => setAdding(false)}
          done={(token) => {
            setAdding(false);
            setMade(token);
            tokens.reload();
          }}
        />
      )}
      {made && <SecretDialog made={made} close={() => setMade(null)} />}
      {removing && (
        <ConfirmDialog
          title={t(P.remove_token, { name: removing.name })} action={t(P.remove_token, { name: removing.name })} effect={t(P.remove_token_effect)}
          onClose={() => setRemoving(null)}
          run={async () => {
            await api.removeToken(removing.id);
            tokens.reload();
          }}
        />
      )}
    </section>
  );
}

function TokenDialog({ close, done }: { close: () => void; done: (made: Made) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  const [days, setDays] = useState(DAYS);
  const write = useWrite(async () => done(await api.addToken(name, scopes, Number(days))));
  const daysWrong = !/^\d+$/.test(days) || Number(days) < 1 || Number(days) > DAYS_MAX;
  const ready = name.trim() !== '' && scopes.length > 0 && !daysWrong;
  return (
    <Dialog title={t(P.make_token)} onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void write.run();
        }}
      >
        <TextField label={t(P.token_name)} value={name} onInput={setName} maxLength={64} autofocus error={write.problem?.of('name')} />
        <fieldset>
          <legend class="field-label">{t(P.scopes)}</legend>
          <div class="row">
            {SCOPES.map((scope) => (
              <CheckField
                key={scope} label={scopeName(scope)} checked={scopes.includes(scope)}
                onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
              />
            ))}
          </div>
          {scopes.length === 0 && <p class="field-error" role="alert">{t(P.scope_needed)}</p>}
        </fieldset>
        <NumberField label={t(P.days)} unit={t(P.days_unit)} value={days} onInput={setDays} min={1} max={DAYS_MAX} step={1} error={daysWrong ? t(P.days_wrong) : write.problem?.of('days')} />
        <WriteStatus status={write.status} />
        <div class="dialog-actions">
          <Button onClick={close}>{t(Common.cancel)}</Button>
          <Button kind="main" type="submit" pending={write.pending} disabled={!ready}>{t(P.make_token)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function SecretDialog({ made, close }: { made: Made; close: () => void }) {
  const copy = async () => {
    await navigator.clipboard.writeText(made.token);
    toast(t(Common.copied));
  };
  return (
    <Dialog title={t(P.secret)} onClose={close} locked>
      <div class="notice notice-warning"><p>{t(P.made, { name: made.name })}</p></div>
      <code class="secret mono">{made.token}</code>
      <div class="dialog-actions">
        <Button kind="main" onClick={() => void copy()}>{t(Common.copy)}</Button>
        <Button onClick={close}>{t(Common.close)}</Button>
      </div>
    </Dialog>
  );
}
