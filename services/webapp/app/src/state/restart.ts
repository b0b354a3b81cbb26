// Beginning the run anew, for what waits for its next start.

import * as api from '~/api/client';

const LOOK_MS = 300;
const LOOKS_MAX = 200;

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/** Begins it anew and opens a page once it is there again. Who is logged in stays so. */
export async function restart(path: string): Promise<void> {
  const { started } = await api.device();
  await api.restart();
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await pause();
    const now = await api.device().catch(() => null);
    if (now && now.started !== started) break;
  }
  location.assign(path);
}
