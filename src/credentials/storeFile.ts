import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Paths, secretsDir } from '../config/paths.ts';
import { UserError } from '../errors.ts';
import { ownDirectory, privateDirectory } from '../state/privateDirectory.ts';
import { orStateTrouble } from '../state/trouble.ts';
import { writeState } from '../state/writeFile.ts';
import { readPlainFile } from './plainFile.ts';
import type { SecretName } from './sources/deps.ts';
import type { SecretStore } from './store.ts';

const LARGEST = 1024 * 1024;

/** Files (0600) in a directory of the client (0700) that no box ever sees; not encrypted. */
export function fileStore(paths: Paths): SecretStore {
  const fileOf = ({ client, name }: SecretName) => join(secretsDir(paths, client), name);
  const get = async (secret: SecretName) => {
    const path = fileOf(secret);
    const file = readPlainFile(path, LARGEST);
    if (file === undefined || (file.mode & 0o077) === 0) return file?.text;
    throw new UserError('refused', `${path} can be read by others`, {
      next: [`chmod 600 ${path}, and give the service a new secret if others use this machine`],
    });
  };
  return {
    get,
    async set(secret, value) {
      const directory = secretsDir(paths, secret.client);
      await privateDirectory(paths.dataDir);
      for (const part of [dirname(directory), directory]) await ownDirectory(part);
      await writeState(fileOf(secret), value);
    },
    async remove(secret) {
      const path = fileOf(secret);
      const removed = await orStateTrouble(`cannot remove ${path}`, () =>
        rm(path).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
            throw error;
          },
        ),
      );
      return removed;
    },
  };
}
