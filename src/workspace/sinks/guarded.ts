import { dirname } from 'node:path';
import { isWithin } from '../../plan/guard.ts';
import type { GuardedPath } from '../facts.ts';
import type { Matches } from '../patterns.ts';
import { above } from './above.ts';
import { behind } from './behind.ts';
import { REPOSITORY_REASON } from './list.ts';
import type { FoundSink, Tree } from './walk.ts';

/** What a walk found, what of it git tracks, and what the user gives free. */
export interface Seen {
  readonly sinks: readonly FoundSink[];
  readonly protect: Tree['protect'];
  readonly bare: Tree['bare'];
  readonly tracked: ReadonlySet<string>;
  readonly unprotected: Matches | undefined;
}

/** Why the user's own patterns guard. */
export const PROTECTED = 'the setting protect names it';

/**
 * What of a project (a real path) is to be guarded: the sinks and bare repositories that git does not track, and what the user
 * protects.
 */
export function guardedPaths(
  project: string,
  { sinks, protect, bare, tracked, unprotected }: Seen,
): readonly GuardedPath[] {
  const isOpen = ({ path, kind }: FoundSink) => tracked.has(path) || unprotected?.(path, kind === 'directory') === true;
  // A folder is guarded whole where nothing in it is the box's to change; else file by file.
  const parted = new Set(sinks.filter(isOpen).map(({ root }) => root));
  const fromList = sinks
    .filter((sink) => !isOpen(sink))
    .flatMap(({ path, kind, reason, root }): readonly GuardedPath[] => {
      if (root !== undefined && !parted.has(root)) return [{ path: root, kind: 'directory', reason }];
      if (kind === 'file') return [{ path, kind, reason }];
      // A link cannot be guarded, but what it leads to; the link itself is watched.
      const place = kind === 'link' ? behind(project, path) : undefined;
      return place === undefined || tracked.has(place) ? [] : [{ path: place, kind: 'file', reason }];
    });
  const fromUser = protect
    .filter(({ path, kind }) => unprotected?.(path, kind === 'directory') !== true)
    .flatMap(({ path, kind }): readonly GuardedPath[] =>
      kind === 'file' || kind === 'directory' ? [{ path, kind, reason: PROTECTED }] : [],
    );
  const repositories = bare
    .filter((head) => head.includes('/') && !tracked.has(head))
    .map((head): GuardedPath => ({ path: dirname(head), kind: 'directory', reason: REPOSITORY_REASON }))
    .filter(({ path }) => unprotected?.(path, true) !== true);
  return outermost([
    ...new Map([...fromList, ...repositories, ...fromUser].map((guard) => [guard.path, guard])).values(),
  ]);
}

/** Without what lies in a folder that is guarded itself. */
function outermost(all: readonly GuardedPath[]): readonly GuardedPath[] {
  const folders = new Set(all.filter(({ kind }) => kind === 'directory').map(({ path }) => path));
  const isInside = (path: string) => above(path).some((folder) => folders.has(folder));
  return all.filter(({ path }) => !isInside(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** True where one of these is the path or a folder above it. */
export function isCovered(path: string, by: readonly string[]): boolean {
  return by.some((other) => isWithin(path, other));
}
