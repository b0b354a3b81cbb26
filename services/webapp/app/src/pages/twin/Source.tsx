// The scenario's own file, and which others there are. Both are fetched when they are opened.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { useResource } from '~/state/resource';
import { Loaded } from '~/ui/states';
import { Table } from '~/ui/Table';
import { W } from './words';

export function Source() {
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
                  ]}
                />
              </>
            )}
          </Loaded>
        )}
      </details>
    </section>
  );
}
