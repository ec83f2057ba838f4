import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** True where the file system of a folder takes names whatever the case of their letters. Only reads. */
export function foldsCase(folder: string): boolean {
  const probes = [join(folder, '.git'), folder];
  return probes.some((path) => {
    const name = basename(path);
    const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    return other !== name && isSame(path, join(dirname(path), other));
  });
}

function isSame(one: string, other: string): boolean {
  try {
    const [a, b] = [one, other].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
    return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}
