import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** What a record can hold; a project with more is not asked what was moved in it. */
const MOST = 50_000;

/** Which folder lies at each of these paths of a project; undefined where they are too many. */
export function foldersOf(project: string, paths: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (paths.length > MOST) return undefined;
  return Object.fromEntries(
    paths.flatMap((path): readonly (readonly [string, string])[] => {
      const stats = lookAt(join(project, path));
      return stats === undefined ? [] : [[path, `${stats.ino}`]];
    }),
  );
}

/** True where the folder at a path is the one that was there. */
export function isSame(folders: Readonly<Record<string, string>>, path: string, stats: Stats | undefined): boolean {
  return stats === undefined || (Object.hasOwn(folders, path) && folders[path] === `${stats.ino}`);
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
