import { access } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { BoxSpec } from '../../plan/spec.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { createBody, type Size } from './createOptions.ts';
import { relabels } from './mountOptions.ts';

/** Creates the container of a box and gives its id. Throws UserError for what cannot be mounted, no image, a name in use. */
export async function createBox(client: DockerClient, spec: BoxSpec, size: Size | undefined): Promise<string> {
  await Promise.all(spec.mounts.filter((mount) => relabels(mount, spec)).map(({ source }) => mustExist(source)));
  const options = { _query: { name: spec.name }, _body: createBody(spec, size) };
  const create = client.call(
    'creating the box',
    (docker, abortSignal) => docker.createContainer({ ...options, abortSignal }),
    SLOW_LIMIT,
  );
  return (await create).id;
}

/** Docker makes the source of a labelled bind when it is missing, as root. */
async function mustExist(source: string): Promise<void> {
  await access(source).catch((cause: unknown) => {
    const next = [`ls -d ${source}`];
    throw new UserError('box', `there is no ${source} to mount`, { next, cause });
  });
}
