import { bareName } from '../bareName.ts';
import type { Level } from '../change.ts';

/** Paths that something on the host acts upon by itself, or when its user does what is usual. Data. */
export interface Place {
  readonly rule: string;
  /** What acts upon it, in words. */
  readonly reason: string;
  readonly level: Level;
  /** What its removal is; `note` when missing. */
  readonly removed?: Level;
  /**
   * The ends of paths, in lower case, with `*` for any characters of a part. One that ends with `/` is a folder: it, and all that
   * lies in it. They hold at any depth, since a folder of a project may be one that is opened by itself.
   */
  readonly paths: readonly string[];
}

/** A function that gives the places a path is one of; names are compared as the most lenient file system does. */
export function placeFinder(places: readonly Place[]): (path: string) => readonly Place[] {
  const all = places.flatMap((place, rank) => place.paths.map((path) => compile(path, place, rank)));
  // Asked of each file of a project, so what a name says at once is not tried one by one.
  const byName = new Map<string, Pattern[]>();
  for (const pattern of all.filter(({ last }) => !last.includes('*'))) {
    byName.set(pattern.last, [...(byName.get(pattern.last) ?? []), pattern]);
  }
  const globs = all.filter(({ last }) => last.includes('*'));
  return (path) => {
    const parts = path.split('/').map(bareName);
    const found = parts.flatMap((name, at) =>
      [...(byName.get(name) ?? []), ...globs].filter((pattern) => fitsAt(pattern, parts, at)),
    );
    const ranked = [...new Map(found.map(({ rank, place }) => [rank, place]))];
    return ranked.sort(([a], [b]) => a - b).map(([, place]) => place);
  };
}

interface Pattern {
  readonly place: Place;
  readonly rank: number;
  readonly isFolder: boolean;
  /** The last of its parts. */
  readonly last: string;
  readonly wanted: readonly ((name: string) => boolean)[];
}

function compile(pattern: string, place: Place, rank: number): Pattern {
  const isFolder = pattern.endsWith('/');
  const names = (isFolder ? pattern.slice(0, -1) : pattern).split('/');
  return { place, rank, isFolder, last: names.at(-1) ?? '', wanted: names.map(part) };
}

/** True where the last part of a pattern is the one at `at`: a folder's may lie anywhere, a file's ends the path. */
function fitsAt({ isFolder, wanted }: Pattern, parts: readonly string[], at: number): boolean {
  const start = at - wanted.length + 1;
  if (start < 0 || (!isFolder && at !== parts.length - 1)) return false;
  return wanted.every((fits, index) => fits(parts[start + index] ?? ''));
}

function part(pattern: string): (name: string) => boolean {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return (name) => name === pattern;
  return (name) => name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
