import type { Baseline } from '../facts.ts';
import { patterns } from '../patterns.ts';
import { findNamed } from './find.ts';
import { isCovered, PROTECTED } from './guarded.ts';
import type { HostGit } from './hostGit.ts';
import { knownRepositories } from './hostRepository.ts';
import { identify } from './identity.ts';
import { REPOSITORY_REASON } from './list.ts';
import { trackedPaths } from './tracked.ts';
import { type FoundSink, type Tree, walk } from './walk.ts';

/** Something in a project that was not there before its box, and that the host would run. */
export interface Appeared {
  /** Relative to the project. */
  readonly path: string;
  readonly kind: 'sink' | 'repository' | 'closed';
  readonly reason: string;
}

/** What has changed in a project since its box began. */
export interface Changes {
  readonly appeared: readonly Appeared[];
  /** Guarded or masked paths where another file is now, or none: their mounts are gone from the box. */
  readonly replaced: readonly string[];
  /** False when the project was too large to be looked through. */
  readonly complete: boolean;
}

const CLOSED = 'nothing can be seen of what is in it';

/** Looks through a project (a real path) again. Only reads; what a box wrote is not run, nor is git asked about it. */
export async function changesIn(deps: HostGit, project: string, baseline: Baseline): Promise<Changes> {
  const tree = await walk(project, { protect: patterns(baseline.protect) });
  const replaced = Object.entries(baseline.mounted)
    .filter(([path, identity]) => identify(project, path)?.identity !== identity)
    .map(([path]) => path);
  // A box cannot write there, so what is new in it is the host's own.
  const shut = Object.keys(baseline.mounted).filter((path) => !replaced.includes(path));
  const isFree = patterns(baseline.unprotect);
  const isNew = (path: string) => {
    const known = baseline.present[path];
    return known === undefined || (known !== '' && identify(project, path)?.identity !== known);
  };
  const found = allOf(project, tree, baseline).filter(
    ({ path, isFolder }) => isNew(path) && !isCovered(path, shut) && isFree?.(path, isFolder) !== true,
  );
  const sinks = found.filter(({ kind }) => kind === 'sink').map(({ path }) => path);
  const tracked = await trackedPaths(deps, project, repositoriesOf(project, baseline), sinks);
  const appeared = found.filter(({ kind, path }) => kind !== 'sink' || !tracked.has(path));
  return { appeared: outermost(appeared, baseline), replaced, complete: tree.complete };
}

type Found = Appeared & { readonly isFolder: boolean; readonly root?: string | undefined };

function allOf(project: string, tree: Tree, { named }: Baseline): readonly Found[] {
  // An empty folder runs nothing.
  const isContent = ({ kind }: Pick<FoundSink, 'kind'>) => kind === 'file' || kind === 'link';
  const sinks = [...tree.sinks, ...findNamed(project, named)].filter(isContent);
  const protect = tree.protect.filter(isContent);
  return [
    ...sinks.map(({ path, reason, root }): Found => ({ path, kind: 'sink', reason, isFolder: false, root })),
    ...protect.map(({ path }): Found => ({ path, kind: 'sink', reason: PROTECTED, isFolder: false })),
    ...tree.repositories.map(
      ({ path, kind }): Found => ({
        ...{ path, kind: 'repository', reason: REPOSITORY_REASON, isFolder: kind === 'directory' },
      }),
    ),
    ...tree.bare.map((path): Found => ({ path, kind: 'repository', reason: REPOSITORY_REASON, isFolder: false })),
    ...tree.closed.map((path): Found => ({ path, kind: 'closed', reason: CLOSED, isFolder: true })),
  ];
}

/** Those of the host alone: a box may have put others there. */
function repositoriesOf(project: string, { present }: Baseline) {
  const places = Object.keys(present).filter((path) => path === '.git' || path.endsWith('/.git'));
  return knownRepositories(
    project,
    places.map((path) => path.slice(0, -'/.git'.length)),
  );
}

/** A folder that is new goes whole; each path once, the outermost first. */
function outermost(found: readonly Found[], { present }: Baseline): readonly Appeared[] {
  const whole = found.map(({ path, kind, reason, root }): Appeared => {
    const isNewFolder = root !== undefined && present[root] === undefined;
    return { path: isNewFolder ? root : path, kind, reason };
  });
  const sorted = whole.sort((a, b) => (a.path < b.path ? -1 : 1));
  const kept: Appeared[] = [];
  for (const item of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !isCovered(item.path, [last.path])) kept.push(item);
  }
  return kept;
}
