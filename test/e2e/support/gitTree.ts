import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every entry below a folder with its mode, owner and content, so that two looks tell whether a byte has changed. */
export function treeOf(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = (place: string) => {
    const path = join(folder, place);
    const entry = lstatSync(path);
    const head = `${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`;
    if (entry.isDirectory()) {
      found[place] = head;
      for (const name of readdirSync(path).sort()) walk(join(place, name));
    } else if (entry.isSymbolicLink()) found[place] = `${head} -> ${readlinkSync(path)}`;
    else found[place] = `${head} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  };
  walk('.');
  return found;
}

/** What comes back from a box: objects, refs and their logs, HEAD and the index; all else of a `.git` is the host's alone. */
const COMES_BACK = /(^|\/)(objects|refs|packed-refs|logs|HEAD|ORIG_HEAD|index)(\/|$)/;

/** The same of a `.git`, less what comes back from a box: settings, hooks, and whatever else git runs or believes. */
export function hostsOwn(dotGit: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(treeOf(dotGit)).filter(([place]) => !COMES_BACK.test(place)));
}
