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
  const compiled = places.map((place) => ({ place, patterns: place.paths.map(compile) }));
  return (path) => {
    const parts = path.split('/').map(bareName);
    return compiled.filter(({ patterns }) => patterns.some((fits) => fits(parts))).map(({ place }) => place);
  };
}

function compile(pattern: string): (parts: readonly string[]) => boolean {
  const isFolder = pattern.endsWith('/');
  const wanted = (isFolder ? pattern.slice(0, -1) : pattern).split('/').map(part);
  const fitsAt = (parts: readonly string[], start: number) =>
    wanted.every((fits, index) => fits(parts[start + index] ?? ''));
  return (parts) => {
    const last = parts.length - wanted.length;
    if (!isFolder) return last >= 0 && fitsAt(parts, last);
    return parts.some((_, start) => start <= last && fitsAt(parts, start));
  };
}

function part(pattern: string): (name: string) => boolean {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return (name) => name === pattern;
  return (name) => name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
