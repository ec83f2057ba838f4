import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { FileMode } from '../landing/change.ts';
import { placesOf } from '../landing/places/index.ts';
import { fold } from '../sinks/fold.ts';
import { DEPENDENCIES } from '../sinks/list.ts';
import { isSame } from './folders.ts';

/** A file or link that is not what it was. */
export interface ChangedFile {
  /** Relative to the project. */
  readonly path: string;
  readonly mode: Exclude<FileMode, '160000'>;
  /** Its content is as it was, but a folder around it is another than was there. */
  readonly isMoved: boolean;
}

/** What changed in a project since a moment. */
export interface ChangedTree {
  readonly files: readonly ChangedFile[];
  /** Folders of installed packages in which something changed. */
  readonly packages: readonly string[];
  /** False when there was too much to look through. */
  readonly complete: boolean;
}

/** How to look. */
export interface ChangedOptions {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** What `foldersOf` gave then; without it what was moved is not seen. */
  readonly folders: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which to give up. */
  readonly limit?: number;
}

const LIMIT = 10_000;
/** Milliseconds in a row that a walk has to itself. */
const SLICE = 8;
/** More than anybody looks at. */
const MOST = 10_000;

interface Folder {
  readonly path: string;
  /** When anything in it changed names. */
  readonly changed: boolean;
  readonly isMoved: boolean;
}

/**
 * Walks through a project (a real path) whose box has ended. What changed is told by the time that the kernel notes of each
 * change of a file, which no program can set; so nothing has to be kept of files that stay as they are. No link is followed.
 */
export async function changedSince(project: string, options: ChangedOptions): Promise<ChangedTree> {
  const tree = { files: [] as ChangedFile[], packages: [] as string[] };
  const began = performance.now();
  let slice = began;
  const stack: Folder[] = [{ path: '', changed: true, isMoved: false }];
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    const now = performance.now();
    if (now - began > (options.limit ?? LIMIT) || tree.files.length > MOST) return { ...tree, complete: false };
    if (now - slice > SLICE) {
      await breathe();
      slice = performance.now();
    }
    for (const entry of entriesOf(project, folder.path)) {
      const name = fold(entry.name);
      if (name === '.git') continue;
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      const stats = statsOf(project, path);
      const changed = stats === undefined ? folder.changed : isSince(stats, options.since);
      if (!entry.isDirectory()) {
        const mode = modeOf(entry, stats);
        if (mode !== undefined && (changed || folder.isMoved)) tree.files.push({ path, mode, isMoved: !changed });
        continue;
      }
      const isMoved = folder.isMoved || (options.folders !== undefined && !isSame(options.folders, path, stats));
      if (!isInstalled(name, path)) stack.push({ path, changed, isMoved });
      else if (isMoved || changed || hasNew(project, path, options.since)) tree.packages.push(path);
    }
  }
  return { ...tree, complete: true };
}

/** Packages that were installed there are told of as one: nobody reads them file by file. */
function isInstalled(name: string, path: string): boolean {
  return DEPENDENCIES.has(name) && placesOf(path).length > 0;
}

function hasNew(project: string, folder: string, since: number): boolean {
  return entriesOf(project, folder).some((entry) => {
    const stats = statsOf(project, `${folder}/${entry.name}`);
    return stats !== undefined && isSince(stats, since);
  });
}

/** Some file systems note whole seconds only. */
function isSince({ ctimeMs }: Stats, since: number): boolean {
  return ctimeMs >= since || (ctimeMs % 1000 === 0 && ctimeMs >= Math.floor(since / 1000) * 1000);
}

function modeOf(entry: Dirent, stats: Stats | undefined): ChangedFile['mode'] | undefined {
  if (entry.isSymbolicLink()) return '120000';
  if (!entry.isFile()) return undefined;
  return ((stats?.mode ?? 0) & 0o100) === 0 ? '100644' : '100755';
}

/** Undefined as well for names that are no UTF-8, which cannot be asked for. */
function statsOf(project: string, path: string): Stats | undefined {
  try {
    return lstatSync(`${project}/${path}`, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function entriesOf(project: string, path: string): readonly Dirent[] {
  try {
    return readdirSync(path === '' ? project : `${project}/${path}`, { withFileTypes: true });
  } catch {
    // Gone, or not to be read: the look for what was planted tells of that.
    return [];
  }
}
