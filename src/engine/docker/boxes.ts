import type { BoxInfo } from '../engine.ts';
import { ofKind } from '../kinds.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { statusOf } from './errors.ts';

/** What is read of an entry of GET /containers/json. */
export interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly ImageID: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly State: string;
  /** `Exited (3) 5 minutes ago`; the list tells the code nowhere else. */
  readonly Status: string;
  /** Seconds since 1970. */
  readonly Created: number;
}

const STATES: Readonly<Record<string, BoxInfo['state']>> = {
  created: 'created',
  running: 'running',
  restarting: 'running',
  paused: 'paused',
};

/** See Engine.boxes. */
export async function listBoxes(
  client: DockerClient,
  labels: Readonly<Record<string, string>>,
): Promise<readonly BoxInfo[]> {
  const label = Object.entries(ofKind(labels)).map(([name, value]) => `${name}=${value}`);
  const options = { all: true, filters: { label } };
  const listed = await client.call('listing boxes', (docker, abortSignal) =>
    docker.listContainers({ ...options, abortSignal }),
  );
  return listed.map(boxOf);
}

/** A box as its entry in the list tells of it. Pure. */
export function boxOf(entry: Listed): BoxInfo {
  const code = /^Exited \((\d+)\)/.exec(entry.Status)?.[1];
  return {
    id: entry.Id,
    name: (entry.Names[0] ?? entry.Id).replace(/^\//, ''),
    image: entry.ImageID,
    labels: entry.Labels ?? {},
    state: STATES[entry.State] ?? 'exited',
    exitCode: code === undefined ? undefined : Number(code),
    created: new Date(entry.Created * 1000).toISOString(),
  };
}

/** See Engine.signal; throws UserError('box') when the box is not running. */
export async function signalBox(client: DockerClient, id: string, signal: NodeJS.Signals): Promise<void> {
  await client.call('signalling the box', (docker, abortSignal) =>
    docker.getContainer(id).kill({ signal, abortSignal }),
  );
}

/** See Engine.pause; throws UserError('box') when the box is not running. */
export async function pauseBox(client: DockerClient, id: string): Promise<boolean> {
  await client.call('pausing the box', (docker, abortSignal) => docker.getContainer(id).pause({ abortSignal }));
  return true;
}

/** See Engine.unpause; 409 and 500 mean that it was not paused. */
export async function unpauseBox(client: DockerClient, id: string): Promise<void> {
  const going = client.call('letting the box go on', (docker, abortSignal) =>
    docker.getContainer(id).unpause({ abortSignal }),
  );
  await fine(going, [404, 409, 500]);
}

/** See Engine.stop. */
export async function stopBox(client: DockerClient, id: string, seconds: number): Promise<void> {
  const stopping = client.call(
    'stopping the box',
    (docker, abortSignal) => docker.getContainer(id).stop({ t: seconds, abortSignal }),
    SLOW_LIMIT + seconds * 1000,
  );
  await fine(stopping, [304]);
}

/** See Engine.remove; 409 means that somebody else is removing it already. */
export async function removeBox(client: DockerClient, id: string): Promise<void> {
  const options = { force: true, v: true };
  const removing = client.call(
    'removing the box',
    (docker, abortSignal) => docker.getContainer(id).remove({ ...options, abortSignal }),
    SLOW_LIMIT,
  );
  await fine(removing, [404, 409]);
}

async function fine(work: Promise<unknown>, statuses: readonly number[]): Promise<void> {
  await work.catch((error: unknown) => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  });
}
