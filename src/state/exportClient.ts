import { lstat, open, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { clientDir, type Paths } from '../config/paths.ts';
import { UserError } from '../errors.ts';
import { orStateTrouble } from './trouble.ts';

/**
 * Writes the client's state as a tar.gz to a new file (0600). Links are stored as links. `leaveOut` are paths relative to
 * the client's directory. Throws UserError('state') when there is no state, or a file is there already.
 */
export async function exportClient(
  paths: Paths,
  client: string,
  file: string,
  leaveOut: readonly string[],
): Promise<void> {
  const source = clientDir(paths, client);
  const hasState = await lstat(source).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!hasState)
    throw new UserError('state', `client ${client} has no state yet`, {
      why: `there is no ${source}`,
      next: [`agentbox run --client ${client}`],
    });
  const { packTar } = await import('modern-tar/fs');
  const tar = packTar([{ type: 'directory', source, target: client }], {
    filter: (path, entry) =>
      (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) && !leaveOut.includes(relative(source, path)),
  });
  await orStateTrouble(`cannot write ${file}`, async () => {
    const out = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new UserError('state', `${file} is there already`, { next: ['choose another with -o'] });
    });
    try {
      await pipeline(tar, createGzip(), out.createWriteStream({ flush: true }));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  });
}
