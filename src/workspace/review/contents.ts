import type { Change } from '../landing/change.ts';
import type { Entry, EntryChange } from './entry.ts';

/** Contents of files by the names of their objects. */
export type Contents = ReadonlyMap<string, Buffer>;

/** Bytes of one file that is looked into, and of all; what is larger is named without its content. */
export const LARGEST = 2 * 1024 * 1024;
export const MOST = 128 * 1024 * 1024;

/** Reads the output of `git cat-file --batch`; an object that is missing is left out. Throws for anything else. Pure. */
export function parseContents(bytes: Buffer): Contents {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const head = /^([0-9a-f]{40,64}) (?:(?:blob|commit) (\d+)|missing)$/.exec(bytes.toString('latin1', at, end));
    if (end === -1 || head === null) throw new Error('a helper box gave contents wrongly');
    at = end + 1;
    const [, id = '', length] = head;
    if (length === undefined) continue;
    const size = Number(length);
    if (at + size >= bytes.length) throw new Error('a helper box gave contents in part');
    found.set(id, bytes.subarray(at, at + size));
    at += size + 1;
  }
  return found;
}

/** Changes with the contents that are known. Pure. */
export function withContents(changes: readonly EntryChange[], contents: Contents): readonly Change[] {
  const state = (entry: Entry | undefined) =>
    entry === undefined ? undefined : { mode: entry.mode, content: contents.get(entry.id) };
  return changes.map(({ path, before, after }) => ({ path, before: state(before), after: state(after) }));
}
