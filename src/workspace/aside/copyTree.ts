import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, lchown, lstat, mkdir, open, readdir, readlink, rmdir, symlink, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Held, hold, pathOf } from './held.ts';

/**
 * Copies what is called `name` in an open folder to a place that no box can write, links as they are, modes and (for root)
 * owners kept. Pipes and sockets stay behind. A box may be changing it: no link is followed.
 */
export async function copyTree(from: Held, name: string, to: string): Promise<void> {
  const path = await pathOf(from, name);
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) await symlink(await readlink(path, 'buffer'), to);
  else if (entry.isDirectory()) await copyFolder(path, to);
  else if (entry.isFile()) await copyFile(path, to);
  else return;
  if (process.getuid?.() === 0) await lchown(to, entry.uid, entry.gid);
  if (!entry.isSymbolicLink()) await chmod(to, entry.mode & 0o777);
}

async function copyFolder(path: string | Buffer, to: string): Promise<void> {
  const held = await holdOpen(path);
  try {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(held.path)) await copyTree(held, name, `${to}/${name}`);
  } finally {
    await held.handle.close();
  }
}

async function copyFile(path: string | Buffer, to: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) return;
    const reading = createReadStream('', { fd: handle, autoClose: false });
    await pipeline(reading, createWriteStream(to, { flags: 'wx', mode: 0o600 }));
  } finally {
    await handle.close();
  }
}

/** Removes what is called `name` in an open folder, with all in it; no link is followed. What is gone is fine. */
export async function removeTree(from: Held, name: string): Promise<void> {
  const path = await pathOf(from, name);
  const entry = await lstat(path).catch(() => undefined);
  if (entry === undefined) return;
  if (!entry.isDirectory()) return unlink(path);
  const held = await holdOpen(path);
  try {
    for (const inside of await readdir(held.path)) await removeTree(held, inside);
  } finally {
    await held.handle.close();
  }
  await rmdir(path);
}

/** A folder of the caller's own that its mode keeps them out of is opened to them first. */
async function holdOpen(path: string | Buffer): Promise<Held> {
  const place = path.toString();
  return hold(place).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' || !(await lstat(path)).isDirectory()) throw error;
    await chmod(path, 0o700);
    return hold(place);
  });
}
