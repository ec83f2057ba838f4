import { isObjectId } from '../git/refName.ts';
import type { FileMode } from '../landing/change.ts';

/** A file as a tree of git names it. */
export interface Entry {
  readonly mode: FileMode;
  readonly id: string;
}

/** One path that differs, as it was and as it is. */
export interface EntryChange {
  readonly path: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

const MODES: readonly string[] = ['100644', '100755', '120000', '160000'] satisfies readonly FileMode[];
const ABSENT: readonly string[] = ['-', '000000'];

/** Reads what a program said of a path; throws for what no git says. Pure. */
export function changeOf(path: string, before: readonly string[], after: readonly string[]): EntryChange {
  return { path, before: entryOf(before), after: entryOf(after) };
}

function entryOf([mode = '', id = '']: readonly string[]): Entry | undefined {
  if (ABSENT.includes(mode)) return undefined;
  return { mode: modeOf(mode), id: idOf(id) };
}

function modeOf(mode: string): FileMode {
  // Old repositories have files that their group may write.
  if (mode === '100664') return '100644';
  if (!MODES.includes(mode)) throw new Error(`a helper box named a mode that git does not have: ${mode}`);
  return mode as FileMode;
}

/** The name of an object; throws for anything else. Pure. */
export function idOf(text: string): string {
  if (!isObjectId(text)) throw new Error('a helper box named an object wrongly');
  return text;
}

/** The same, or undefined for `-`. */
export function maybeId(text: string): string | undefined {
  return text === '-' ? undefined : idOf(text);
}
