import { constants } from 'node:fs';
import { chmod, lstat, mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withLock } from '../../state/lock.ts';
import { privateDirectory } from '../../state/privateDirectory.ts';
import type { Appeared } from '../sinks/appeared.ts';
import { copyTree, removeTree } from './copyTree.ts';
import { type Held, holdBelow, pathOf } from './held.ts';
import { type AsideItem, placeOf, readAside, writeAside } from './store.ts';

/** What became of things that were to be moved. */
export interface Moved {
  readonly moved: readonly AsideItem[];
  /** Still where they were. */
  readonly failed: readonly { readonly thing: Appeared; readonly why: string }[];
}

/**
 * Moves things out of a project (a real path) into `folder` (asideDir), whatever they are; one that is gone meanwhile counts as
 * neither moved nor failed. No link is followed, owners and modes stay. The list is written before each move, so that a crash
 * loses nothing. Throws UserError('state') when the list cannot be written.
 */
export async function moveAside(
  project: string,
  folder: string,
  things: readonly Appeared[],
  now: Date,
): Promise<Moved> {
  if (things.length === 0) return { moved: [], failed: [] };
  await privateDirectory(folder);
  return withLock(folder, async () => {
    const before = await readAside(folder);
    const first = Math.max(0, ...before.map(({ n }) => n)) + 1;
    const wanted = things.map((thing, index): AsideItem => ({ ...thing, n: first + index, at: now.toISOString() }));
    await writeAside(folder, [...before, ...wanted]);
    const moved: AsideItem[] = [];
    const failed: { thing: Appeared; why: string }[] = [];
    for (const item of wanted) {
      try {
        const result = await moveOne(project, folder, item);
        if (result !== undefined) moved.push(result);
      } catch (error) {
        failed.push({ thing: item, why: error instanceof Error ? error.message : String(error) });
      }
    }
    await writeAside(folder, [...before, ...moved]);
    return { moved, failed };
  });
}

async function moveOne(project: string, folder: string, item: AsideItem): Promise<AsideItem | undefined> {
  const parent = await holdBelow(project, partsAbove(item.path)).catch(absent);
  if (parent === undefined) return undefined;
  const to = placeOf(folder, item);
  const name = basename(item.path);
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await renameAnyway(parent, name, to);
    return item;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EXDEV') throw error;
    return await moveAcross(parent, name, to, item);
  } finally {
    await parent.handle.close();
  }
}

/** To another disk. It loses its name first, which takes no time; a copy that fails leaves it there. */
async function moveAcross(parent: Held, name: string, to: string, item: AsideItem): Promise<AsideItem> {
  const neutral = `.agentbox-aside-${item.n}`;
  await renameAnyway(parent, name, `${parent.path}/${neutral}`);
  try {
    await copyTree(parent, neutral, to);
  } catch {
    return { ...item, left: join(dirname(item.path), neutral) };
  }
  await removeTree(parent, neutral);
  return item;
}

/** A rename also out of a folder, and of one, that its owner made read-only. */
async function renameAnyway(parent: Held, name: string, to: string): Promise<void> {
  const from = await pathOf(parent, name);
  try {
    await rename(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    const { mode } = await parent.handle.stat();
    await parent.handle.chmod(mode | constants.S_IRWXU);
    if ((await lstat(from)).isDirectory()) await chmod(from, constants.S_IRWXU);
    await rename(from, to);
    await parent.handle.chmod(mode & 0o7777);
  }
}

/** The folders above a path, part by part. */
export function partsAbove(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

function absent(error: NodeJS.ErrnoException): undefined {
  // A link in the place of a folder leads to what this is not about; the next look finds what is there.
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ELOOP') return undefined;
  throw error;
}
