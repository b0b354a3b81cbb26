// Which scenario, where it stands, its digest, and its pace.

import * as api from '~/api/client';
import type { Twin } from '~/api/types';
import { t } from '~/i18n';
import { duration, moment, number } from '~/i18n/format';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { WriteStatus } from '~/ui/Button';
import { Segments } from '~/ui/Segments';
import { W } from './words';

const PACES = ['realtime', '10', '60', '600', 'max'] as const;
type Pace = (typeof PACES)[number];

function paceName(pace: Pace): string {
  if (pace === 'realtime') return t(W.realtime);
  return pace === 'max' ? t(W.max) : `× ${pace}`;
}

export function Scenario({ twin, reload }: { twin: Twin; reload: () => void }) {
  const { scenario } = twin;
  const facts: [label: string, value: string][] = [
    [t(W.seed), String(scenario.seed)],
    [t(W.begins), moment(scenario.start, 'full')],
    [t(W.windows), number(twin.windows)],
    [t(W.samples), number(twin.samples)],
  ];
  return (
    <>
      <div class="row row-spread">
        <h2>{scenario.title}</h2>
        <Pacer twin={twin} reload={reload} />
      </div>
      <p>{scenario.description}</p>
      <div>
        <span class="small dim">{t(W.position)}: </span>
        {!scenario.duration_s
          ? duration(twin.position_s)
          : t(W.of, { at: duration(twin.position_s), all: duration(scenario.duration_s) })}
        {scenario.duration_s && (
          <progress class="twin-progress" max={scenario.duration_s} value={twin.position_s} aria-label={t(W.position)} />
        )}
      </div>
      <dl class="twin-facts">
        {facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
        {twin.digest && <div><dt>{t(W.digest)}</dt><dd class="mono">{twin.digest}</dd></div>}
      </dl>
      <p class="small dim">{t(W.digest_help)}</p>
    </>
  );
}

function Pacer({ twin, reload }: { twin: Twin; reload: () => void }) {
  const write = useWrite(async (pace: Pace) => {
    await api.setPace(pace === 'realtime' || pace === 'max' ? pace : Number(pace));
    reload();
  });
  const current = PACES.find((pace) => pace === String(twin.speed)) ?? 'realtime';
  return (
    <div class="row">
      <WriteStatus status={write.status} />
      {may('operator') && (
        <Segments
          label={t(W.pace)} value={current} onChange={(pace) => void write.run(pace)}
          options={PACES.map((key) => ({ key, name: paceName(key) }))}
        />
      )}
    </div>
  );
}
