// Dashboards: the list, and one of them. `/dashboards/<id>?edit=1` is being changed.

import './dashboards.css';
import { subPath } from '~/router';
import { Board } from './Board';
import { List } from './List';

export default function DashboardsPage() {
  const id = subPath();
  return <div class="page">{id ? <Board key={id} id={id} /> : <List />}</div>;
}
