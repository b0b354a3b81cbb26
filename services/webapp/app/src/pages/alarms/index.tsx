// Alarms and events: what is wrong now, and the log of all that has happened.

import './alarms.css';
import { t } from '~/i18n';
import { subPath } from '~/router';
import { Tabs } from '~/ui/Tabs';
import { AlarmList } from './AlarmList';
import { EventLog } from './EventLog';
import { W } from './words';

export default function AlarmsPage() {
  const log = subPath() === 'events';
  return (
    <div class="page">
      <Tabs
        label={t(W.views)} current={log ? 'events' : 'alarms'}
        tabs={[{ key: 'alarms', name: t(W.alarms), to: '/alarms' }, { key: 'events', name: t(W.log), to: '/alarms/events' }]}
      />
      {log ? <EventLog /> : <AlarmList />}
    </div>
  );
}
