import { lchown, lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { plain } from '../../ui/plain.ts';
import type { WorkspaceRecord } from '../record.ts';
import { copyTree } from './copyTree.ts';
import { hold, holdBelow } from './held.ts';
import { partsAbove } from './moveAside.ts';
import { type AsideItem, asideDir, isThere, placeOf, readAside, writeAside } from './store.ts';

/** What was moved aside of a box's workspace and waits for a decision. Throws UserError('state'). */
export async function asideOf(
  paths: Paths,
  record: Pick<WorkspaceRecord, 'client' | 'box'>,
): Promise<readonly AsideItem[]> {
  const folder = asideDir(paths, record);
  const items = await readAside(folder);
  const there = await Promise.all(items.map((item) => isThere(folder, item)));
  return items.filter((_, index) => there[index]);
}

/** Where the content of an item is, to be looked at; links in it are the box's and must not be followed. */
export function asidePlace(
  paths: Paths,
  record: Pick<WorkspaceRecord, 'client' | 'box' | 'project'>,
  item: AsideItem,
): string {
  return item.left === undefined ? placeOf(asideDir(paths, record), item) : join(record.project, item.left);
}

/**
 * Puts what was moved aside back into the project, those at `wanted` (relative to the project) or all. Nothing is overwritten and
 * no link followed; folders that are gone are made, as the project's owner. Throws UserError('state') for one whose place is
 * taken, with those before it put back.
 */
export async function giveBack(
  paths: Paths,
  record: Pick<WorkspaceRecord, 'client' | 'box' | 'project'>,
  wanted?: readonly string[],
): Promise<void> {
  const folder = asideDir(paths, record);
  const isWanted = ({ path }: AsideItem) => wanted === undefined || wanted.includes(path);
  if ((await readAside(folder)).length === 0) return;
  await withLock(folder, async () => {
    for (const item of (await asideOf(paths, record)).filter(isWanted)) {
      await orStateTrouble(`cannot put ${plain(item.path)} back`, () => giveOne(folder, record.project, item));
      await rm(dirname(placeOf(folder, item)), { recursive: true, force: true });
      const left = await readAside(folder);
      await writeAside(
        folder,
        left.filter(({ n }) => n !== item.n),
      );
    }
  });
}

async function giveOne(folder: string, project: string, item: AsideItem): Promise<void> {
  const owner = await lstat(project);
  const make = async (path: string) => {
    if (process.getuid?.() === 0) await lchown(path, owner.uid, owner.gid);
  };
  const parent = await holdBelow(project, partsAbove(item.path), make);
  try {
    const to = `${parent.path}/${basename(item.path)}`;
    if (await exists(to)) throw taken(item);
    const from = item.left === undefined ? placeOf(folder, item) : `${parent.path}/${basename(item.left)}`;
    await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw error;
      const source = await hold(dirname(from));
      try {
        await copyTree(source, basename(from), to);
      } finally {
        await source.handle.close();
      }
    });
  } finally {
    await parent.handle.close();
  }
}

function taken({ path }: AsideItem): UserError {
  return new UserError('state', `cannot put ${plain(path)} back`, {
    why: 'there is something in its place now',
    next: [`move ${plain(path)} away, then try again`],
  });
}

/** Throws away what was moved aside, those at `wanted` or all; links are removed, not followed. Throws UserError('state'). */
export async function throwAway(
  paths: Paths,
  record: Pick<WorkspaceRecord, 'client' | 'box' | 'project'>,
  wanted?: readonly string[],
): Promise<void> {
  const folder = asideDir(paths, record);
  const isWanted = ({ path }: AsideItem) => wanted === undefined || wanted.includes(path);
  if ((await readAside(folder)).length === 0) return;
  await withLock(folder, async () => {
    const items = await readAside(folder);
    for (const item of items.filter(isWanted)) {
      const gone = item.left === undefined ? dirname(placeOf(folder, item)) : join(record.project, item.left);
      await orStateTrouble(`cannot throw ${plain(item.path)} away`, () => rm(gone, { recursive: true, force: true }));
    }
    await writeAside(
      folder,
      items.filter((item) => !isWanted(item)),
    );
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
