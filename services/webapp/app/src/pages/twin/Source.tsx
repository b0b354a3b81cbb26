// The scenario's own file, and the others, of which one can be run in its place. Both are fetched when they are opened.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { ScenarioInfo } from '~/api/types';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { Button } from '~/ui/Button';
import { ConfirmDialog } from '~/ui/Dialog';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { W } from './words';

/** How often the next run is looked for, and how long. */
const LOOK_MS = 300;
const LOOKS_MAX = 100;

/** Begins another scenario and logs in to it once it runs: it has users and data of its own. */
async function begin(name: string): Promise<void> {
  const { link } = await api.chooseScenario(name);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    // Who we are is forgotten by the next run: until then it is the old one that answers.
    const there = await fetch('/api/v1/me').then((answer) => answer.status === 401, () => false);
    if (there) break;
  }
  location.assign(`/#link=${link}`);
}

export function Source() {
  const [chosen, setChosen] = useState<ScenarioInfo | null>(null);
  const [textOpen, setTextOpen] = useState(false);
  const [listOpen, setListOpen] = useState(false);
  const text = useResource('scenario', api.scenario, { when: textOpen });
  const list = useResource('scenarios', api.scenarios, { when: listOpen });
  return (
    <section class="panel">
      <details onToggle={(event) => setTextOpen(event.currentTarget.open)}>
        <summary>{t(W.text)}</summary>
        {textOpen && <Loaded resource={text} height={200}>{(known) => <pre class="twin-text mono" tabIndex={0}>{known}</pre>}</Loaded>}
      </details>
      <details onToggle={(event) => setListOpen(event.currentTarget.open)}>
        <summary>{t(W.others)}</summary>
        {listOpen && (
          <Loaded resource={list} height={200}>
            {(rows) => (
              <>
                <p class="small dim">{t(W.others_help)}</p>
                <Table
                  caption={t(W.others)} hideCaption dense rows={rows} rowKey={({ name }) => name}
                  columns={[
                    { key: 'name', head: t(Common.name), isHead: true, cell: ({ title, name }) => title || name },
                    { key: 'about', head: t(Common.details), cell: ({ description }) => description },
                    ...(may('administrator') ? [{
                      key: 'run', head: t(W.run), cell: (row: ScenarioInfo) => <Button onClick={() => setChosen(row)}>{t(W.run)}</Button>,
                    }] : []),
                  ]}
                />
              </>
            )}
          </Loaded>
        )}
      </details>
      {chosen && (
        <ConfirmDialog
          title={chosen.title} effect={t(W.run_effect)} action={t(W.run)} danger={false}
          run={() => begin(chosen.name)} onClose={() => setChosen(null)}
        />
      )}
    </section>
  );
}
