import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { privateDirectory } from './privateDirectory.ts';
import { orStateTrouble } from './trouble.ts';

/**
 * Replaces a file whole or not at all, on the disk when it returns; `mode` is its mode whatever the umask. Its directory is
 * made (0700) where it is missing, and must be one that no box can write. Throws UserError('state') when the disk is full
 * or the like; the old file stays.
 */
export async function writeState(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  await privateDirectory(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  await orStateTrouble(`cannot write ${path}`, async () => {
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(data);
        await handle.chmod(mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/** Makes the renaming last. Some file systems cannot sync a directory; the file is whole there all the same. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
