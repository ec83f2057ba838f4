import type { DockerClient } from './client.ts';
import type { Size } from './createOptions.ts';

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

/** Resizes the terminal of a program that was started in a running box. */
export function execResizer(client: DockerClient, id: string): Resize {
  return async ({ rows: h, columns: w }) => {
    const resizing = client.call('resizing the terminal', (docker, abortSignal) =>
      docker.getExec(id).resize({ h, w, abortSignal }),
    );
    await resizing.catch(() => {});
  };
}
