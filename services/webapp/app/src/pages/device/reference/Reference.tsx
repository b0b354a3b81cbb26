// The description of the interface as a reference that can be read without the internet: operations by noun, who
// may call them, what they take and give.

import './reference.css';
import { useMemo, useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { DescribedOperation, Description } from '~/api/types';
import { t, tSlug, words, type Words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { useResource } from '~/state/resource';
import { TextField } from '~/ui/Field';
import { Empty, Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { SchemaView, Schemas, typeOf } from './SchemaView';

const W = words({
  search: ['Find an operation', 'Cerca un’operazione', 'Chercher une opération', 'Operation suchen'],
  found: ['{n} of {all} operations', '{n} di {all} operazioni', '{n} opérations sur {all}', '{n} von {all} Operationen'],
  nothing: ['No operation has these letters.', 'Nessuna operazione contiene queste lettere.', 'Aucune opération ne contient ces lettres.', 'Keine Operation enthält diese Buchstaben.'],
  needs: ['May be called by', 'Può chiamarla', 'Peut être appelée par', 'Aufrufbar durch'],
  parameters: ['Parameters', 'Parametri', 'Paramètres', 'Parameter'],
  body: ['Body', 'Corpo', 'Corps', 'Rumpf'],
  answers: ['Answers', 'Risposte', 'Réponses', 'Antworten'],
  where: ['Place', 'Posizione', 'Place', 'Ort'],
  type: ['Type', 'Tipo', 'Type', 'Typ'],
  meaning: ['Meaning', 'Significato', 'Sens', 'Bedeutung'],
  required: ['required', 'obbligatorio', 'obligatoire', 'erforderlich'],
  schemas: ['Shapes', 'Forme', 'Formes', 'Formen'],
  raw: ['The document itself: {link}', 'Il documento: {link}', 'Le document : {link}', 'Das Dokument selbst: {link}'],
  english: [
    'The description is in English, as the interface is.', "La descrizione è in inglese, come l'interfaccia.",
    "La description est en anglais, comme l'interface.", 'Die Beschreibung ist englisch, wie die Schnittstelle.'],
});

const NEEDS: Record<string, Words> = words({
  nobody: ['anybody', 'chiunque', 'tout le monde', 'jeder'],
  'set-up': ['anybody, once it is set up', 'chiunque, dopo la configurazione', 'tous, une fois configuré', 'jeder, sobald eingerichtet'],
  viewer: ['viewers', 'lettori', 'lecteurs', 'Betrachter'],
  operator: ['operators', 'operatori', 'opérateurs', 'Bediener'],
  administrator: ['administrators', 'amministratori', 'administrateurs', 'Administratoren'],
  'administrator, password confirmed': [
    'administrators, with the password once more', 'amministratori, ripetendo la password',
    'administrateurs, avec le mot de passe à nouveau', 'Administratoren, mit erneutem Passwort'],
  metrics: ['tokens with the scope metrics, or any session', 'token con ambito metrics, o una sessione', 'jetons de portée metrics, ou une session', 'Token mit Recht metrics oder jede Sitzung'],
});

interface Operation {
  method: string;
  path: string;
  what: DescribedOperation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function operations({ paths }: Description): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) => {
    return METHODS.flatMap((method) => (methods[method] ? [{ method, path, what: methods[method] }] : []));
  });
}

function byNoun(list: Operation[]): [string, Operation[]][] {
  const found = new Map<string, Operation[]>();
  for (const operation of list) {
    const noun = operation.what.tags?.[0] ?? '';
    found.set(noun, [...(found.get(noun) ?? []), operation]);
  }
  return [...found];
}

export default function Reference() {
  const description = useResource('openapi', api.description);
  return <Loaded resource={description} height={600}>{(known) => <Read description={known} />}</Loaded>;
}

function Read({ description }: { description: Description }) {
  const [wanted, setWanted] = useState('');
  const all = useMemo(() => operations(description), [description]);
  const letters = wanted.trim().toLowerCase();
  const shown = all.filter(({ method, path, what }) => {
    return `${method} ${path} ${what.summary ?? ''} ${what.operationId}`.toLowerCase().includes(letters);
  });
  return (
    <>
      <section class="panel stack">
        <h2>{description.info.title} {description.info.version}</h2>
        <p>{description.info.description}</p>
        <p class="small dim">{t(W.english)} <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">/api/v1/openapi.json</a></p>
        <TextField
          label={t(W.search)} type="search" value={wanted} onInput={setWanted}
          help={<span role="status">{t(W.found, { n: shown.length, all: all.length })}</span>}
        />
      </section>
      {shown.length === 0 && <section class="panel"><Empty text={t(W.nothing)} /></section>}
      {byNoun(shown).map(([noun, list]) => (
        <section key={noun} class="panel">
          <h2>{noun}</h2>
          {list.map((operation) => <OperationView key={`${operation.method} ${operation.path}`} operation={operation} />)}
        </section>
      ))}
      <section class="panel">
        <h2>{t(W.schemas)}</h2>
        <Schemas schemas={description.components.schemas} />
      </section>
    </>
  );
}

function OperationView({ operation: { method, path, what } }: { operation: Operation }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="operation" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={`method method-${method === 'get' ? 'read' : 'write'}`}>{method.toUpperCase()}</span>
        <span class="mono operation-path">{path}</span>
        <span class="operation-summary">{what.summary}</span>
      </summary>
      {open && <OperationBody what={what} />}
    </details>
  );
}

function OperationBody({ what }: { what: DescribedOperation }) {
  const parameters = what.parameters ?? [];
  const body = Object.entries(what.requestBody?.content ?? {});
  return (
    <div class="stack operation-body">
      <p>{t(W.needs)}: <strong>{tSlug(NEEDS, what['x-needs'] ?? 'viewer', what['x-needs'])}</strong> · <span class="mono">{what.operationId}</span></p>
      {parameters.length > 0 && (
        <Table
          caption={t(W.parameters)} dense rows={parameters} rowKey={({ name }) => name}
          columns={[
            { key: 'name', head: t(Common.name), isHead: true, cell: ({ name }) => <span class="mono">{name}</span> },
            { key: 'in', head: t(W.where), cell: ({ in: place, required }) => (required ? `${place}, ${t(W.required)}` : place) },
            { key: 'type', head: t(W.type), cell: ({ schema }) => <span class="mono">{typeOf(schema)}</span> },
            { key: 'doc', head: t(W.meaning), cell: ({ description }) => description },
          ]}
        />
      )}
      {body.map(([type, { schema }]) => (
        <div key={type}><h3>{t(W.body)} <span class="mono dim">{type}</span></h3><SchemaView schema={schema} /></div>
      ))}
      {Object.entries(what.responses).map(([status, { description, content }]) => (
        <div key={status}>
          <h3>{t(W.answers)} {status} <span class="dim">{description}</span></h3>
          {Object.entries(content ?? {}).map(([type, { schema }]) => (
            <div key={type}><span class="mono dim">{type}</span><SchemaView schema={schema} /></div>
          ))}
        </div>
      ))}
    </div>
  );
}
