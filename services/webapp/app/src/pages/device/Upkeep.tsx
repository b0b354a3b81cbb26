// Upkeep: backup and restore, update, diagnostics, inventory. What this build does not have says so.

import { useRef, useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { device } from '~/state/catalog';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { LoadedOrAbsent } from '~/ui/Absent';
import { Button } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { DownloadButton } from '~/ui/DownloadButton';
import { Facts } from './Facts';

const W = words({
  backup: ['Backup', 'Backup', 'Sauvegarde', 'Sicherung'],
  backup_help: [
    'One file with settings, configuration, users, dashboards and the counters, so that another device can take over.',
    'Un file con impostazioni, configurazione, utenti, cruscotti e contatori, così che un altro dispositivo possa subentrare.',
    "Un fichier avec réglages, configuration, utilisateurs, tableaux de bord et compteurs, pour qu'un autre appareil prenne le relais.",
    'Eine Datei mit Einstellungen, Konfiguration, Benutzern, Dashboards und Zählerständen, damit ein anderes Gerät übernehmen kann.'],
  take: ['Take a backup', 'Crea un backup', 'Créer une sauvegarde', 'Sicherung herunterladen'],
  restore: ['Restore from a file', 'Ripristina da file', "Restaurer d'un fichier", 'Aus Datei wiederherstellen'],
  restore_title: ['Restore the backup', 'Ripristina il backup', 'Restaurer la sauvegarde', 'Sicherung wiederherstellen'],
  restore_effect: [
    'What is on the device now is replaced by “{name}” ({size}): settings, users, dashboards. The device may start anew.',
    'Ciò che è sul dispositivo viene sostituito da «{name}» ({size}): impostazioni, utenti, cruscotti. Il dispositivo può riavviarsi.',
    "Ce qui est sur l'appareil est remplacé par « {name} » ({size}) : réglages, utilisateurs, tableaux de bord. L'appareil peut redémarrer.",
    'Was jetzt auf dem Gerät ist, wird durch „{name}“ ({size}) ersetzt: Einstellungen, Benutzer, Dashboards. Das Gerät startet eventuell neu.'],
  restored: ['The backup is restored.', 'Il backup è ripristinato.', 'La sauvegarde est restaurée.', 'Die Sicherung ist wiederhergestellt.'],
  update: ['Update', 'Aggiornamento', 'Mise à jour', 'Aktualisierung'],
  current: ['Installed', 'Installata', 'Installée', 'Installiert'],
  available: ['Available', 'Disponibile', 'Disponible', 'Verfügbar'],
  none_newer: ['Nothing newer is known.', 'Nulla di più recente.', 'Rien de plus récent.', 'Nichts Neueres bekannt.'],
  published: ['Published', 'Pubblicata', 'Publiée', 'Veröffentlicht'],
  notes: ['What is new', 'Novità', 'Nouveautés', 'Neuerungen'],
  diagnostics: ['Diagnostics', 'Diagnostica', 'Diagnostic', 'Diagnose'],
  diagnostics_help: [
    'One document for whoever helps: device, settings, services, alarms, values and the last events. No secrets are in it.',
    'Un documento per chi aiuta: dispositivo, impostazioni, servizi, allarmi, valori e ultimi eventi. Non contiene segreti.',
    "Un document pour qui vous aide : appareil, réglages, services, alarmes, valeurs et derniers événements. Il ne contient aucun secret.",
    'Ein Dokument für den, der hilft: Gerät, Einstellungen, Dienste, Alarme, Werte und letzte Ereignisse. Geheimnisse sind nicht darin.'],
  diagnostics_take: ['Download diagnostics', 'Scarica la diagnostica', 'Télécharger le diagnostic', 'Diagnose herunterladen'],
  inventory: ['Inventory of the software', 'Inventario del software', 'Inventaire du logiciel', 'Verzeichnis der Software'],
  inventory_help: [
    'All parts of the software with versions and licences, as CycloneDX.', 'Tutte le parti del software con versioni e licenze, in CycloneDX.',
    'Toutes les parties du logiciel avec versions et licences, en CycloneDX.', 'Alle Teile der Software mit Versionen und Lizenzen, als CycloneDX.'],
  inventory_take: ['Download the inventory', "Scarica l'inventario", "Télécharger l'inventaire", 'Verzeichnis herunterladen'],
});

export default function Upkeep() {
  return (
    <div class="two">
      <div class="stack">
        <Backup />
        <Update />
      </div>
      <div class="stack">
        <section class="panel stack">
          <h2>{t(W.diagnostics)}</h2>
          <p class="dim">{t(W.diagnostics_help)}</p>
          {may('administrator') ? <DownloadButton text={t(W.diagnostics_take)} fetchFile={api.diagnostics} /> : <NeedsAdministrator />}
        </section>
        <section class="panel stack">
          <h2>{t(W.inventory)}</h2>
          <p class="dim">{t(W.inventory_help)}</p>
          <DownloadButton text={t(W.inventory_take)} fetchFile={api.inventory} />
        </section>
      </div>
    </div>
  );
}

function NeedsAdministrator() {
  return <p class="small dim">{t(Common.needs_role, { role: t(Common.administrator) })}</p>;
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function Backup() {
  const [file, setFile] = useState<File | null>(null);
  const [restored, setRestored] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <section class="panel stack">
      <h2>{t(W.backup)}</h2>
      <p class="dim">{t(W.backup_help)}</p>
      {may('administrator') ? (
        <>
          <DownloadButton text={t(W.take)} fetchFile={api.backup} />
          <div class="row">
            <Button kind="danger" onClick={() => input.current?.click()}>{t(W.restore)}</Button>
            <input
              ref={input} type="file" hidden aria-label={t(W.restore)}
              onChange={(event) => {
                setRestored(false);
                setFile(event.currentTarget.files?.[0] ?? null);
                event.currentTarget.value = '';
              }}
            />
            {restored && <span class="small is-ok" role="status">{t(W.restored)}</span>}
          </div>
        </>
      ) : <NeedsAdministrator />}
      {file && (
        <ConfirmDialog
          title={t(W.restore_title)} action={t(W.restore_title)} effect={t(W.restore_effect, { name: file.name, size: size(file.size) })}
          onClose={() => setFile(null)}
          run={async () => {
            await api.restore(file);
            setRestored(true);
          }}
        />
      )}
    </section>
  );
}

function Update() {
  const update = useResource('update', api.update);
  return (
    <section class="panel stack">
      <h2>{t(W.update)}</h2>
      <Facts rows={[[t(W.current), update.value?.current ?? device.value?.version ?? '–']]} />
      <LoadedOrAbsent resource={update} height={120}>
        {({ available }) => (
          <Facts
            rows={[
              [t(W.available), available ? <strong>{available.version}</strong> : t(W.none_newer)],
              ...(available ? [[t(W.published), moment(available.published, 'day')] as const, [t(W.notes), <>{available.notes} <span class="mono">{available.url}</span></>] as const] : []),
            ]}
          />
        )}
      </LoadedOrAbsent>
    </section>
  );
}
