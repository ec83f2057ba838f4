import type { FileMode, FileState } from '../landing/change.ts';
import { objectsIn } from './objectsIn.ts';

const LINE = /^(\d{6}) ([0-9a-f]{40,64}) \d\t(.+)$/s;
const MODES: ReadonlySet<string> = new Set<FileMode>(['100644', '100755', '120000']);

/** Reads what images/workspace/read-start prints: files as they were, by path. Those that were too large have no content. */
export function parseStart(bytes: Buffer): ReadonlyMap<string, FileState> {
  const end = bytes.indexOf('\0\0');
  // Of no path at all there is but the last NUL.
  if (end < 0) return new Map();
  const contents = new Map(objectsIn(bytes.subarray(end + 2)).map(({ id, content }) => [id, content]));
  const entries = bytes.subarray(0, end).toString().split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const [, mode = '', id = '', path = ''] = LINE.exec(entry) ?? [];
      return isMode(mode) ? [[path, { mode, content: contents.get(id) }] as const] : [];
    }),
  );
}

const isMode = (mode: string): mode is FileMode => MODES.has(mode);
