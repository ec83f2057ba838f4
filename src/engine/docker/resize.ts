import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerClient } from './client.ts';
import type { Size } from './createOptions.ts';

const EXEC_TRIES = 20;
const EXEC_PAUSE = 25;

/** Gives a terminal in a box a new size. Never fails: the terminal may be gone with its program. */
export type Resize = (size: Size) => Promise<void>;

/** Resizes the terminal of a box. */
export function boxResizer(client: DockerClient, id: string): Resize {
  return async ({ rows: h, columns: w }) => {
    const resizing = client.call('resizing the terminal', (docker, abortSignal) =>
      docker.getContainer(id).resize({ h, w, abortSignal }),
    );
    await resizing.catch(() => {});
  };
}

/** Resizes the terminal of a program that is being started in a running box; engines refuse until it has one. */
export function execResizer(client: DockerClient, id: string): Resize {
  return async ({ rows: h, columns: w }) => {
    for (let tries = 0; tries < EXEC_TRIES; tries += 1) {
      const resizing = client.call('resizing the terminal', (docker, abortSignal) =>
        docker.getExec(id).resize({ h, w, abortSignal }),
      );
      const done = await resizing.then(
        () => true,
        () => false,
      );
      if (done) return;
      await sleep(EXEC_PAUSE);
    }
  };
}
