// What a build of the device may not have: told as what it is, and not as a failure.

import type { ComponentChildren } from 'preact';
import { t, words } from '~/i18n';
import { W as Common } from '~/i18n/common';
import type { Resource } from '~/state/resource';
import { Button } from './Button';
import { Empty, Loaded } from './states';

const W = words({
  absent: [
    'This build of the device does not have this yet.', 'Questa versione del dispositivo non lo possiede ancora.',
    "Cette version de l'appareil ne l'a pas encore.", 'Dieser Stand des Geräts hat das noch nicht.'],
});

interface Props<T> {
  resource: Resource<T>;
  height: number;
  children: (value: T) => ComponentChildren;
}

/** As `Loaded`; an answer of 404 is a state of its own. */
export function LoadedOrAbsent<T>({ resource, height, children }: Props<T>) {
  if (resource.problem?.status === 404 && resource.value === null) {
    return <Empty text={t(W.absent)}><Button onClick={resource.reload}>{t(Common.retry)}</Button></Empty>;
  }
  return <Loaded resource={resource} height={height}>{children}</Loaded>;
}
