// How the meter is connected: the wiring systems as pictures, the terminals, and what is isolated from what.

import { t, words } from '~/i18n';
import { wiringName } from '~/i18n/wirings';
import { href, parameter, setParameters } from '~/router';
import { device } from '~/state/catalog';
import { SelectField } from '~/ui/Field';
import { Skeleton } from '~/ui/states';
import { IsolationTable } from '~/ui/wiring/IsolationTable';
import { WiringDrawing } from '~/ui/wiring/WiringDrawing';

const W = words({
  systems: ['Wiring systems', 'Sistemi di cablaggio', 'Types de réseau', 'Netzsysteme'],
  system: ['Shown system', 'Sistema mostrato', 'Réseau montré', 'Gezeigtes System'],
  set: ['This is the system that is set.', 'È il sistema impostato.', 'C’est le type réglé.', 'Dieses System ist eingestellt.'],
  other: ['Set is: {name}.', 'Impostato: {name}.', 'Réglé : {name}.', 'Eingestellt ist: {name}.'],
  change: ['Change it in the settings', 'Cambialo nelle impostazioni', 'Le changer dans les réglages', 'In den Einstellungen ändern'],
  isolation_notes: [
    'The bus of the modules has only basic insulation from the measuring inputs: touch nothing on it while the mains are on. Digital input, output and RS485 are not isolated from each other.',
    'Il bus dei moduli ha solo isolamento principale dagli ingressi di misura: non toccarlo sotto tensione. Ingresso, uscita e RS485 non sono isolati tra loro.',
    "Le bus des modules n'a qu'une isolation principale par rapport aux entrées de mesure : n'y touchez pas sous tension. L'entrée, la sortie et le RS485 ne sont pas isolés entre eux.",
    'Der Bus der Module ist von den Messeingängen nur durch Basisisolierung getrennt: unter Spannung nicht berühren. Digitaleingang, -ausgang und RS485 sind nicht voneinander getrennt.'],
});

export default function Connection() {
  const known = device.value;
  if (!known) return <section class="panel"><Skeleton height={420} /></section>;
  const wanted = parameter('system') ?? known.wiring;
  const system = known.systems.find(({ name }) => name === wanted) ?? known.systems[0];
  return (
    <div class="two">
      <section class="panel stack">
        <h2>{t(W.systems)}</h2>
        <SelectField
          label={t(W.system)} value={system?.name ?? ''} onChange={(name) => setParameters({ system: name === known.wiring ? null : name })}
          options={known.systems.map(({ name }) => ({ key: name, name: wiringName(name) }))}
          help={(
            <>
              {system?.name === known.wiring ? t(W.set) : t(W.other, { name: wiringName(known.wiring) })}{' '}
              <a href={href('/device/settings')}>{t(W.change)}</a>
            </>
          )}
        />
        {system && <WiringDrawing system={system} terminals={known.terminals} />}
      </section>
      <section class="panel stack">
        <IsolationTable rows={known.isolation} />
        <div class="notice notice-warning"><p>{t(W.isolation_notes)}</p></div>
      </section>
    </div>
  );
}
