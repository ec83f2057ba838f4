import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryKind } from './walk.ts';

/** What is at a path, no link followed. */
export interface Identified {
  readonly kind: EntryKind;
  /** `device:inode`: another file has another. */
  readonly identity: string;
  readonly links: number;
}

/** What is at a path of a project; undefined where nothing is. */
export function identify(project: string, path: string): Identified | undefined {
  try {
    const entry = lstatSync(join(project, path), { bigint: true, throwIfNoEntry: false });
    if (entry === undefined) return undefined;
    const kind = entry.isFile()
      ? 'file'
      : entry.isDirectory()
        ? 'directory'
        : entry.isSymbolicLink()
          ? 'link'
          : 'other';
    return { kind, identity: `${entry.dev}:${entry.ino}`, links: Number(entry.nlink) };
  } catch (error) {
    // A part of the path is no folder any more.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
