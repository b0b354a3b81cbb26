// Reports: made on demand or by a schedule, and kept to be fetched.

import './reports.css';
import { t } from '~/i18n';
import { subPath } from '~/router';
import { Tabs } from '~/ui/Tabs';
import { Made } from './Made';
import { Schedules } from './Schedules';
import { W } from './words';

export default function ReportsPage() {
  const schedules = subPath() === 'schedules';
  return (
    <div class="page">
      <Tabs
        label={t(W.views)} current={schedules ? 'schedules' : 'reports'}
        tabs={[{ key: 'reports', name: t(W.reports), to: '/reports' }, { key: 'schedules', name: t(W.schedules), to: '/reports/schedules' }]}
      />
      {schedules ? <Schedules /> : <Made />}
    </div>
  );
}
