import type { Change, FileMode } from '../landing/change.ts';
import type { LandingText } from '../landing/judge.ts';
import { objectsIn } from './objectsIn.ts';

/** What commits brought: each state of each file that was new in one of them, and the texts of commits and tags. */
export interface History {
  readonly changes: readonly Change[];
  readonly texts: readonly LandingText[];
}

const MODES: ReadonlySet<string> = new Set<FileMode>(['100644', '100755', '120000', '160000']);

/** Reads what images/workspace/read-history prints. What was too large to be printed has no content. */
export function parseHistory(bytes: Buffer): History {
  const line = bytes.indexOf('\n');
  const size = Number(bytes.subarray(0, Math.max(line, 0)).toString());
  if (line < 0 || !Number.isSafeInteger(size)) return { changes: [], texts: [] };
  const objects = objectsIn(bytes.subarray(line + 1 + size));
  const contents = new Map(objects.map(({ id, content }) => [id, content]));
  const states = new Map(
    statesIn(bytes.subarray(line + 1, line + 1 + size)).map((state) => [Object.values(state).join(' '), state]),
  );
  return {
    changes: [...states.values()].map(({ mode, id, path }) => ({ path, after: { mode, content: contents.get(id) } })),
    texts: objects
      .filter(({ type }) => type === 'commit' || type === 'tag')
      .map(({ type, id, content }) => ({ name: `${type} ${id.slice(0, 9)}`, content })),
  };
}

/** As many colons as parents, their modes and the new one, their ids and the new one, a letter for each; then the path. */
function statesIn(bytes: Buffer): readonly { readonly mode: FileMode; readonly id: string; readonly path: string }[] {
  const parts = bytes.toString().split('\0');
  return parts.flatMap((part, at) => {
    const [, colons = '', rest = ''] = /^\n?(:+)(\d{6} .*)$/.exec(part) ?? [];
    const fields = rest.split(' ');
    const mode = fields[colons.length] ?? '';
    const [id, path] = [fields[2 * colons.length + 1], parts[at + 1]];
    return isMode(mode) && id !== undefined && path !== undefined ? [{ mode, id, path }] : [];
  });
}

const isMode = (mode: string): mode is FileMode => MODES.has(mode);
