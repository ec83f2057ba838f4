import { lstat, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Paths, workspaceDir } from '../../config/paths.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { writeState } from '../../state/writeFile.ts';
import type { WorkspaceRecord } from '../record.ts';
import type { Appeared } from '../sinks/appeared.ts';

/** Something of a project that was moved out of it, because a program of the host would have run it. */
export interface AsideItem extends Appeared {
  /** Its folder in `aside` is called so. */
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** Where it is still in the project, by another name, because there was no room for a copy. */
  readonly left?: string;
}

/** Whose workspace it is. */
export type OfBox = Pick<WorkspaceRecord, 'client' | 'box'>;

/** The folder of what was moved aside of a box's workspace. No box sees it. */
export function asideDir(paths: Paths, { client, box }: OfBox): string {
  return join(workspaceDir(paths, client, box), 'aside');
}

/** Where an item is now; in the project for one that was left there. */
export function placeOf(folder: string, { n, path }: Pick<AsideItem, 'n' | 'path'>): string {
  return join(folder, `${n}`, basename(path));
}

/** What was moved aside, the first first, without what is there no more. Throws UserError('state'). */
export async function readAside(folder: string): Promise<readonly AsideItem[]> {
  const path = join(folder, 'index.json');
  const text = await orStateTrouble(`cannot read ${path}`, () =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    }),
  );
  return JSON.parse(text) as AsideItem[];
}

/** Writes the whole list; with nothing in it the folder goes. Throws UserError('state'). */
export async function writeAside(folder: string, items: readonly AsideItem[]): Promise<void> {
  if (items.length === 0) {
    await orStateTrouble(`cannot remove ${folder}`, () => rm(folder, { recursive: true, force: true }));
    return;
  }
  await writeState(join(folder, 'index.json'), `${JSON.stringify(items, undefined, 2)}\n`);
}

/** True when the item is in its place; a crash may have come between the list and the move. */
export async function isThere(folder: string, item: AsideItem): Promise<boolean> {
  if (item.left !== undefined) return true;
  return lstat(placeOf(folder, item)).then(
    () => true,
    () => false,
  );
}
