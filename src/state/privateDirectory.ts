import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';
import { orStateTrouble } from './trouble.ts';

/** Makes a directory (0700) and what is missing above it. One that exists may be reached through a link and stays as it is. */
export async function privateDirectory(path: string): Promise<void> {
  const there = await orStateTrouble(`cannot look at ${path}`, () =>
    stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  );
  if (there?.isDirectory()) return;
  await orStateTrouble(`cannot make ${path}`, () => mkdir(path, { recursive: true, mode: 0o700 }));
}

/**
 * Makes sure of a directory of mode 0700 whose parent exists, and gives its owner. Throws UserError('state') when a link
 * or anything else is in its place.
 */
export async function ownDirectory(path: string): Promise<{ readonly uid: number; readonly gid: number }> {
  return await orStateTrouble(`cannot make ${path}`, async () => {
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const entry = await lstat(path);
    if (!entry.isDirectory()) {
      throw new UserError('state', `${path} is not a directory`, {
        next: [`look at ${dirname(path)} and move it away`],
      });
    }
    if ((entry.mode & 0o777) !== 0o700) await chmod(path, 0o700);
    return { uid: entry.uid, gid: entry.gid };
  });
}
