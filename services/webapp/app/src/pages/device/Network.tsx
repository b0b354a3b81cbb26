// What the device serves, and the datasheet's table of ports with what is open of them.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { InboundPort, OutboundPort, Service } from '~/api/types';
import { t, tSlug, words, type Words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { Icon } from '~/ui/Icon';
import { Loaded } from '~/ui/states';
import { Table, type Column } from '~/ui/Table';

const W = words({
  services: ['Services', 'Servizi', 'Services', 'Dienste'],
  service: ['Service', 'Servizio', 'Service', 'Dienst'],
  address: ['Listens at', 'In ascolto su', 'Écoute sur', 'Lauscht auf'],
  running: ['running', 'attivo', 'en marche', 'läuft'],
  off: ['off', 'spento', 'arrêté', 'aus'],
  turn_on: ['Turn on', 'Attiva', 'Activer', 'Einschalten'],
  turn_off: ['Turn off', 'Disattiva', 'Désactiver', 'Ausschalten'],
  effect_on: [
    'Whoever reaches the device by the network can then read it by Modbus TCP, without encryption.', 'Chi raggiunge il dispositivo in rete potrà leggerlo via Modbus TCP, senza cifratura.',
    "Quiconque atteint l'appareil par le réseau pourra le lire par Modbus TCP, sans chiffrement.", 'Wer das Gerät im Netz erreicht, kann es dann über Modbus TCP lesen, unverschlüsselt.'],
  effect_off: [
    'Clients by Modbus TCP lose their connection and read nothing more.', 'I client Modbus TCP perdono la connessione e non leggono più.',
    'Les clients Modbus TCP perdent leur connexion et ne lisent plus rien.', 'Clients über Modbus TCP verlieren die Verbindung und lesen nichts mehr.'],
  inbound: ['Ports that can listen', 'Porte in ascolto', 'Ports en écoute', 'Eingehende Ports'],
  outbound: ['Ports that the device calls', 'Porte in uscita', 'Ports sortants', 'Ausgehende Ports'],
  ports_help: [
    'The rows are those of the datasheet. What this build never opens is said so.', 'Le righe sono quelle del foglio dati. È detto ciò che questa versione non apre mai.',
    "Les lignes sont celles de la fiche technique. Ce que cette version n'ouvre jamais est indiqué.", 'Die Zeilen sind die des Datenblatts. Was dieser Stand nie öffnet, steht dabei.'],
  port: ['Port', 'Porta', 'Port', 'Port'],
  transport: ['Transport', 'Trasporto', 'Transport', 'Transport'],
  configurable: ['Configurable', 'Configurabile', 'Configurable', 'Einstellbar'],
  factory: ['From the factory', 'Di fabbrica', "D'usine", 'Ab Werk'],
  note: ['Note', 'Nota', 'Remarque', 'Anmerkung'],
});

const STATES: Record<string, Words> = words({
  listening: ['listening', 'in ascolto', 'à l’écoute', 'lauscht'],
  off: ['off', 'chiusa', 'fermé', 'aus'],
  not_in_this_build: ['not in this build', 'non in questa versione', 'absent de cette version', 'nicht in diesem Stand'],
  of_the_system: ['of the system', 'del sistema', 'du système', 'des Systems'],
});

const NAMES: Record<string, string> = { https: 'HTTPS', http: 'HTTP', modbus_tcp: 'Modbus TCP', modbus_rtu: 'Modbus RTU', mdns: 'mDNS' };

/** What is open changes only by somebody. */
const AGAIN_MS = 10_000;

export default function Network() {
  const services = useResource('services', api.services, { everyMs: AGAIN_MS });
  const ports = useResource('ports', api.ports, { everyMs: AGAIN_MS });
  const changed = (list: Service[]) => {
    services.set(list);
    ports.reload();
  };
  return (
    <>
      <section class="panel">
        <Loaded resource={services} height={200}>
          {(list) => (
            <Table
              caption={t(W.services)} rows={list} rowKey={({ name }) => name}
              columns={[
                { key: 'name', head: t(W.service), isHead: true, cell: ({ name }) => NAMES[name] ?? name },
                { key: 'state', head: t(Common.state), cell: (service) => <ServiceState service={service} /> },
                { key: 'switch', head: '', cell: (service) => service.configurable && <Switch service={service} changed={changed} /> },
                { key: 'address', head: t(W.address), cell: ({ address }) => <span class="mono">{address ?? '–'}</span> },
              ]}
            />
          )}
        </Loaded>
      </section>
      <section class="panel stack">
        <p class="small dim">{t(W.ports_help)}</p>
        <Loaded resource={ports} height={500}>
          {({ inbound, outbound }) => (
            <>
              <Table caption={t(W.inbound)} dense rows={inbound} rowKey={portKey} columns={[...portColumns<InboundPort>(), addressColumn]} />
              <Table caption={t(W.outbound)} dense rows={outbound} rowKey={portKey} columns={portColumns<OutboundPort>()} />
            </>
          )}
        </Loaded>
      </section>
    </>
  );
}

function ServiceState({ service }: { service: Service }) {
  return service.running
    ? <span class="state-mark is-ok"><Icon name="ok" size={16} />{t(W.running)}</span>
    : <span class="state-mark dim"><Icon name="close" size={16} />{t(W.off)}</span>;
}

function Switch({ service, changed }: { service: Service; changed: (list: Service[]) => void }) {
  const [asking, setAsking] = useState(false);
  const write = useWrite(async (on: boolean) => changed(await api.changeService(service.name, on)));
  const on = service.running;
  const name = NAMES[service.name] ?? service.name;
  if (!may('administrator')) return <span class="small dim">{t(Common.needs_role, { role: t(Common.administrator) })}</span>;
  const action = t(on ? W.turn_off : W.turn_on);
  return (
    <span class="row">
      <Button pending={write.pending} label={`${action}: ${name}`} onClick={() => setAsking(true)}>{action}</Button>
      <WriteStatus status={write.status} />
      {asking && (
        <ConfirmDialog
          title={name} effect={t(on ? W.effect_off : W.effect_on)} action={action} danger={on}
          run={async () => void (await write.run(!on))} onClose={() => setAsking(false)}
        />
      )}
    </span>
  );
}

function portKey({ id, service }: OutboundPort, index: number): string {
  return `${id} ${service} ${index}`;
}

const MARKS = { listening: 'ok', off: 'close', not_in_this_build: 'close', of_the_system: 'device' } as const;

function portColumns<Row extends OutboundPort>(): Column<Row>[] {
  return [
    { key: 'service', head: t(W.service), isHead: true, cell: ({ service }) => service },
    { key: 'port', head: t(W.port), numeric: true, cell: ({ port }) => port },
    { key: 'transport', head: t(W.transport), cell: ({ transport }) => transport },
    {
      key: 'state', head: t(Common.state),
      cell: ({ state }) => (
        <span class={`state-mark ${state === 'listening' ? 'is-ok' : 'dim'}`}><Icon name={MARKS[state] ?? 'close'} size={16} />{tSlug(STATES, state)}</span>
      ),
    },
    { key: 'factory', head: t(W.factory), cell: ({ factory_on }) => t(factory_on ? Common.on : Common.off) },
    { key: 'configurable', head: t(W.configurable), cell: ({ configurable }) => t(configurable ? Common.yes : Common.no) },
    { key: 'note', head: t(W.note), cell: ({ note }) => <span class="small">{note}</span> },
  ];
}

const addressColumn: Column<InboundPort> = {
  key: 'address', get head() {
    return t(W.address);
  },
  cell: ({ address }) => <span class="mono">{address ?? '–'}</span>,
};
