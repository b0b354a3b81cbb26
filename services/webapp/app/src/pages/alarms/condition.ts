// What is wrong, in words, by the stable name of the condition; and where to look at it.

import type { Alarm } from '~/api/types';
import { t } from '~/i18n';
import { warningName } from '~/i18n/events';
import { findingText } from '~/i18n/findings';
import { nameOfMeter } from '~/state/meter';
import { W } from './words';

/** `wiring.esy2.l1_reversed`; what is not known keeps the device's sentence. */
export function conditionText({ condition, text }: Alarm): string {
  const [source, subject = '', finding = ''] = condition.split('.');
  switch (source) {
    case 'alarm': return t(W.raised);
    case 'warning': return warningName(subject);
    case 'module': return t(W.silent_module, { name: nameOfMeter(subject) });
    case 'wiring': return `${nameOfMeter(subject)}: ${findingText(finding, text)}`;
    default: return text;
  }
}

/** The page that shows more of it. */
export function conditionPage({ condition }: Alarm): string | null {
  const [source, subject = ''] = condition.split('.');
  switch (source) {
    case 'alarm': return '/io';
    case 'module': return `/live?meter=${subject}`;
    case 'wiring': return `/live/phasors?meter=${subject}`;
    case 'warning': return subject.startsWith('input') || subject.startsWith('output') ? '/io' : '/device';
    default: return null;
  }
}
