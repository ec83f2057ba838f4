import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { isWithin } from '../plan/guard.ts';
import { plain } from '../ui/plain.ts';

/**
 * Opens a file below `root` (a real path) for reading; undefined when there is none. A box may be changing what lies there
 * meanwhile, so the file is opened first and then asked where it is: no link leads out of `root`, not even for a moment.
 * `follow` false: it may not be a link at all. Throws UserError('refused') for what is elsewhere or is no plain file; never
 * waits on a pipe.
 */
export async function openInside(root: string, path: string, follow = true): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW);
  const handle = await orNone(open(path, flags), path, follow);
  if (handle === undefined) return undefined;
  try {
    const place = await placeOf(handle, path);
    if (!isWithin(place, root)) throw refused(path, `a link leads out of ${root}`);
    if (!(await handle.stat()).isFile()) throw refused(path, 'it is no file');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The real path of what lies below `root` (a real path), undefined when nothing does. Throws UserError('refused') for what is elsewhere. */
export async function placeInside(root: string, path: string): Promise<string | undefined> {
  if (!isWithin(path, root)) throw refused(path, `it is outside of ${root}`);
  const place = await orNone(realpath(path), path);
  if (place !== undefined && !isWithin(place, root)) throw refused(path, `a link leads out of ${root}`);
  return place;
}

/** Where an open file lies. The kernel says so on Linux; elsewhere only its path can be asked, which may change meanwhile. */
async function placeOf(handle: FileHandle, path: string): Promise<string> {
  const place = await orNone(readlink(`/proc/self/fd/${handle.fd}`), path);
  if (place !== undefined) return place;
  const real = await realpath(path);
  const [opened, there] = await Promise.all([handle.stat({ bigint: true }), stat(real, { bigint: true })]);
  if (opened.ino !== there.ino || opened.dev !== there.dev) throw refused(path, 'it changed while it was read');
  return real;
}

function refused(path: string, why: string): UserError {
  return new UserError('refused', `${plain(path)} is not read`, { why: plain(why) });
}

async function orNone<T>(asked: Promise<T>, path: string, follow = true): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP') throw refused(path, follow ? 'it is a loop of links' : 'it is a link');
    if (code === 'EACCES') throw refused(path, 'permission denied');
    throw error;
  }
}
