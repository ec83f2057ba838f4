import { posix } from 'node:path';
import { UsageError } from '../../errors.ts';

/** One side of a copy: a path here, or one in a box. */
export type Place =
  | { readonly box: undefined; readonly path: string }
  | { readonly box: string; readonly path: string };

/** What is meant by `BOX:PATH` or a path; one with a slash before the colon is a path. Throws UsageError for an empty one. Pure. */
export function placeOf(text: string): Place {
  const [, box, path] = /^([^/:]+):(.*)$/s.exec(text) ?? [];
  const place = box === undefined ? { box, path: text } : { box, path: path ?? '' };
  if (place.path === '' || place.path.includes('\0')) throw new UsageError(`cp: ${JSON.stringify(text)}: no path`, USE);
  return place;
}

/** A box on one side, and a path here on the other. */
export type Copy = { readonly box: string; readonly inBox: string; readonly here: string } & {
  readonly way: 'out' | 'in';
};

/** The copy between two places. Throws UsageError where not exactly one is in a box. Pure. */
export function copyOf(from: string, to: string): Copy {
  const [source, target] = [placeOf(from), placeOf(to)];
  if (source.box !== undefined && target.box === undefined) {
    return { way: 'out', box: source.box, inBox: posix.normalize(source.path), here: target.path };
  }
  if (source.box === undefined && target.box !== undefined) {
    return { way: 'in', box: target.box, inBox: posix.normalize(target.path), here: source.path };
  }
  throw new UsageError('cp: exactly one side is in a box', USE);
}

const USE = ['agentbox cp BOX:/workspace/report.html .', 'agentbox cp ./data.csv BOX:/workspace/'];

/** A path in a box as its folder and its name there; undefined where it has no name of its own (`/`, `..`). Pure. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } | undefined {
  const bare = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const name = posix.basename(bare);
  return name === '' || name === '.' || name === '..' ? undefined : { folder: posix.dirname(bare), name };
}
