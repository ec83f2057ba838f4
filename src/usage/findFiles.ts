import { type Dirent, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const DEPTH = 8;
/** Entries that are looked at; a box may make as many as it likes. */
const ENTRIES = 200_000;

/**
 * The files below a folder whose names end so and that changed at a time (milliseconds since 1970) or later, following no
 * link. Empty where there is no such folder.
 */
export async function findFiles(folder: string, suffix: string, since: number): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [{ path: folder, depth: 0 }];
  let left = ENTRIES;
  for (let next = waiting.pop(); next !== undefined && left > 0; next = waiting.pop()) {
    const { path, depth } = next;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => [] as Dirent[]);
    for (const entry of entries.slice(0, left)) {
      left -= 1;
      const below = join(path, entry.name);
      if (entry.isDirectory() && depth < DEPTH) waiting.push({ path: below, depth: depth + 1 });
      else if (entry.isFile() && entry.name.endsWith(suffix) && changed(below) >= since) found.push(below);
    }
  }
  return found.sort();
}

/** At once, since there may be thousands and each wait costs more than the look; nothing for a file that has gone meanwhile. */
function changed(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
