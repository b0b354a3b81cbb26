// What the device is: its plate, its software, its meters.

import { useEffect, useState } from 'preact/hooks';
import type { Device } from '~/api/types';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { findingText, isFault } from '~/i18n/findings';
import { duration, moment, offset, zone } from '~/i18n/format';
import { qualityName } from '~/i18n/qualities';
import { wiringName } from '~/i18n/wirings';
import { href } from '~/router';
import { device, reloadDevice } from '~/state/catalog';
import { image } from '~/state/live';
import { meterName } from '~/state/meter';
import { Icon } from '~/ui/Icon';
import { Skeleton } from '~/ui/states';
import { Table } from '~/ui/Table';
import { Facts } from './Facts';

const W = words({
  identity: ['Device', 'Dispositivo', 'Appareil', 'Gerät'],
  software: ['Software', 'Software', 'Logiciel', 'Software'],
  meters: ['Meters', 'Contatori', 'Compteurs', 'Zähler'],
  serial: ['Serial number', 'Numero di serie', 'Numéro de série', 'Seriennummer'],
  variant: ['Ordering option', 'Variante', 'Variante', 'Bestellvariante'],
  year: ['Year', 'Anno', 'Année', 'Baujahr'],
  kind: ['Kind', 'Tipo', 'Nature', 'Art'],
  real: ['Hardware', 'Hardware', 'Matériel', 'Hardware'],
  simulated: ['Simulated: {title}, seed {seed}', 'Simulato: {title}, seme {seed}', 'Simulé : {title}, graine {seed}', 'Simuliert: {title}, Seed {seed}'],
  wiring: ['Wiring system', 'Sistema di cablaggio', 'Type de réseau', 'Netzsystem'],
  features: ['Equipment', 'Dotazione', 'Équipement', 'Ausstattung'],
  version: ['Version', 'Versione', 'Version', 'Version'],
  commit: ['Source state', 'Stato del sorgente', 'État des sources', 'Quellstand'],
  software_id: ['Software identification', 'Identificativo del software', 'Identification du logiciel', 'Softwarekennung'],
  software_help: ['Digest of the metrologically relevant part', 'Impronta della parte metrologica', 'Empreinte de la partie métrologique', 'Prüfwert des messtechnischen Teils'],
  started: ['Running since', 'Attivo dal', 'En marche depuis', 'Läuft seit'],
  up: ['for {time}', 'da {time}', 'depuis {time}', 'seit {time}'],
  clock: ['Clock of the device', 'Orologio del dispositivo', "Horloge de l'appareil", 'Uhr des Geräts'],
  zone: ['Time zone', 'Fuso orario', 'Fuseau horaire', 'Zeitzone'],
  certificate: ['Certificate of this page', 'Certificato della pagina', 'Certificat de cette page', 'Zertifikat der Seite'],
  valid: ['valid until {time}', 'valido fino al {time}', "valable jusqu'au {time}", 'gültig bis {time}'],
  replace: ['expires soon: replace it', 'scade presto: sostituirlo', 'expire bientôt : à remplacer', 'läuft bald ab: ersetzen'],
  model: ['Model', 'Modello', 'Modèle', 'Modell'],
  check: ['Wiring check', 'Verifica del cablaggio', 'Contrôle du câblage', 'Anschlussprüfung'],
  present: ['present', 'presente', 'présent', 'vorhanden'],
  absent: ['does not answer', 'non risponde', 'ne répond pas', 'antwortet nicht'],
  rs485: ['RS485', 'RS485', 'RS485', 'RS485'],
  output: ['digital output', 'uscita digitale', 'sortie numérique', 'Digitalausgang'],
  samples: ['sampled waveforms', 'forme d’onda', 'formes d’onde', 'Abtastwerte'],
  history: ['archive', 'archivio', 'archive', 'Archiv'],
  display: ['display', 'display', 'afficheur', 'Anzeige'],
});

/** An uptime is read in minutes. */
const MINUTE_MS = 60_000;

export default function Overview() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    // Findings and qualities may have changed since the login.
    reloadDevice().catch(() => {});
    const timer = setInterval(() => document.visibilityState === 'visible' && setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  const known = device.value;
  if (!known) return <section class="panel"><Skeleton height={360} /></section>;
  const features = (['rs485', 'output', 'samples', 'history', 'display'] as const).filter((name) => known.features[name]);
  return (
    <>
      <div class="two">
        <section class="panel">
          <h2>{t(W.identity)}</h2>
          <Facts
            rows={[
              [t(W.serial), <span class="mono">{known.serial}</span>],
              [t(W.variant), known.variant],
              [t(W.year), String(known.year)],
              [t(W.kind), known.simulated ? t(W.simulated, { title: known.title, seed: known.seed ?? '–' }) : t(W.real)],
              [t(W.wiring), wiringName(known.wiring)],
              [t(W.features), features.map((name) => t(W[name])).join(', ') || '–'],
            ]}
          />
        </section>
        <section class="panel">
          <h2>{t(W.software)}</h2>
          <Facts
            rows={[
              [t(W.version), known.version],
              [t(W.commit), <span class="mono">{known.commit}</span>],
              [t(W.software_id), <><span class="mono">{known.software_id}</span><div class="small dim">{t(W.software_help)}</div></>],
              [t(W.started), `${moment(known.started)}, ${t(W.up, { time: duration((now - Date.parse(known.started)) / 1000) })}`],
              [t(W.clock), <Clock />],
              [t(W.zone), zone.value],
              [t(W.certificate), <CertificateFacts {...known.certificate} />],
            ]}
          />
        </section>
      </div>
      <section class="panel">
        <Table
          caption={t(W.meters)} rows={known.meters} rowKey={({ id }) => id}
          columns={[
            { key: 'name', head: t(Common.name), isHead: true, cell: (row) => <a href={href(`/live?meter=${row.id}`)}>{meterName(row)}</a> },
            { key: 'id', head: 'Id', cell: ({ id }) => <span class="mono">{id}</span> },
            { key: 'model', head: t(W.model), cell: ({ model }) => model ?? '–' },
            { key: 'serial', head: t(W.serial), cell: ({ serial }) => <span class="mono">{serial}</span> },
            { key: 'state', head: t(Common.state), cell: (row) => <Presence present={row.present} quality={row.quality} /> },
            { key: 'check', head: t(W.check), cell: (row) => <Finding slug={row.wiring_finding} meter={row.id} /> },
          ]}
        />
      </section>
    </>
  );
}

function Clock() {
  const time = image.value?.time;
  return time ? <>{moment(time)} <span class="dim">{offset(time)}</span></> : <>–</>;
}

function CertificateFacts({ fingerprint, not_after, expires_soon }: Device['certificate']) {
  return (
    <>
      {t(W.valid, { time: moment(not_after, 'day') })}
      {expires_soon && <div class="is-warn">{t(W.replace)}</div>}
      <div class="small dim mono">SHA-256 {fingerprint}</div>
    </>
  );
}

function Presence({ present, quality }: { present: boolean; quality: string }) {
  if (!present) return <span class="state-mark is-alarm"><Icon name="alarm" size={16} />{t(W.absent)}</span>;
  return quality === 'good' || quality === ''
    ? <span class="state-mark is-ok"><Icon name="ok" size={16} />{t(W.present)}</span>
    : <span class="state-mark is-warn"><Icon name="alarm" size={16} />{qualityName(quality)}</span>;
}

function Finding({ slug, meter }: { slug: string; meter: string }) {
  const text = findingText(slug);
  if (!isFault(slug)) return <span class="dim">{text}</span>;
  return <a href={href(`/live/phasors?meter=${meter}`)}><span class="is-alarm">{text}</span></a>;
}
