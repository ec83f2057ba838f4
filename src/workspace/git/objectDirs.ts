import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { readPlain } from './readPlain.ts';

/** Object directories, and those among them that name others. */
export interface ObjectDirs {
  readonly objects: readonly string[];
  readonly borrowing: readonly string[];
}

/** Deeper git does not look either. */
const MAX_DEPTH = 5;
const MAX_BYTES = 1024 * 1024;

/** The object directory `own` (a real path) and all that it borrows from, as real paths; what is not there is left out. */
export async function objectDirs(own: string): Promise<ObjectDirs> {
  const objects: string[] = [];
  const borrowing: string[] = [];
  let level = [own];
  for (let depth = 0; level.length > 0 && depth <= MAX_DEPTH; depth += 1) {
    const next: string[] = [];
    for (const directory of level) {
      if (objects.includes(directory)) continue;
      objects.push(directory);
      const named = await readPlain(directory, join(directory, 'info/alternates'), MAX_BYTES);
      if (named === undefined) continue;
      borrowing.push(directory);
      for (const path of alternates(named.toString())) {
        const real = await realpath(isAbsolute(path) ? path : resolve(directory, path)).catch(() => undefined);
        if (real !== undefined) next.push(real);
      }
    }
    level = next;
  }
  return { objects, borrowing };
}

function alternates(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.startsWith('"') ? unquoted(line) : line));
}

/** As git quotes a path: `\n`, `\"`, `\303\274`. */
function unquoted(line: string): string {
  const named: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  const bytes: number[] = [];
  const inside = Buffer.from(line.slice(1, line.lastIndexOf('"'))).toString('latin1');
  for (const [, octal, escaped, as] of inside.matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (escaped !== undefined) bytes.push(named[escaped] ?? escaped.charCodeAt(0));
    else if (as !== undefined) bytes.push(as.charCodeAt(0));
  }
  return Buffer.from(bytes).toString();
}
