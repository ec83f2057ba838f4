import type { VolumeInfo } from '../engine.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { statusOf } from './errors.ts';

type Labels = Readonly<Record<string, string>>;

/** See Engine.makeVolume; for Docker a volume that is there already is a success. */
export async function makeVolume(client: DockerClient, name: string, labels: Labels): Promise<void> {
  const options = { Name: name, Driver: 'local', Labels: { ...labels } };
  await client.call(
    'making a volume',
    (docker, abortSignal) => docker.createVolume({ ...options, abortSignal }),
    SLOW_LIMIT,
  );
}

/** See Engine.volumes. */
export async function listVolumes(client: DockerClient, labels: Labels): Promise<readonly VolumeInfo[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const { Volumes: found } = await client.call('listing volumes', (docker, abortSignal) =>
    docker.listVolumes({ filters: { label }, abortSignal }),
  );
  // Docker answers with null where it has none.
  return (found ?? []).map(({ Name: name, Labels }) => ({ name, labels: Labels ?? {} }));
}

/** See Engine.removeVolume. */
export async function removeVolume(client: DockerClient, name: string): Promise<void> {
  try {
    await client.call(
      'removing a volume',
      (docker, abortSignal) => docker.getVolume(name).remove({ abortSignal }),
      SLOW_LIMIT,
    );
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
