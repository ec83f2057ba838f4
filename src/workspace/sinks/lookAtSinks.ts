import type { Profile } from '../../config/profile.ts';
import type { Baseline, GuardedPath } from '../facts.ts';
import { patterns } from '../patterns.ts';
import { behind } from './behind.ts';
import { findNamed } from './find.ts';
import { guardedPaths } from './guarded.ts';
import type { HostGit } from './hostGit.ts';
import { knownRepositories } from './hostRepository.ts';
import { identify } from './identity.ts';
import { namedSinks } from './named.ts';
import { noticesOf, refuseLinks } from './notices.ts';
import { trackedPaths } from './tracked.ts';
import { type FoundSink, type Tree, walk } from './walk.ts';

/** What of a project is guarded and masked in a box, and what was there before it. */
export interface LookedAt {
  readonly tree: Tree;
  readonly guarded: readonly GuardedPath[];
  readonly masked: readonly string[];
  readonly baseline: Baseline;
  readonly notices: readonly string[];
}

/** The settings that have a say. */
export type GuardSettings = Pick<Profile, 'mask' | 'unmask' | 'protect' | 'unprotect' | 'strict'>;

/** Milliseconds that go into counting the links of files where nothing depends on it; enough for 20,000. */
const LINKS = 60;

/**
 * Looks through a project (a real path) before its box: what the host would run by itself and git does not track is to be
 * guarded, files with secrets that git does not track are to be masked; `walked` is for who needs the walk too. Only reads. Throws UserError('refused') with `strict`.
 */
export async function lookAtSinks(
  deps: HostGit,
  settings: GuardSettings,
  project: string,
  walked: Promise<Tree> = walkFor(settings, project),
): Promise<LookedAt> {
  const { protect, unprotect, strict } = settings;
  const [tree, named] = await Promise.all([walked, namedSinks(deps, project)]);
  if (strict) refuseLinks(tree, project);
  const sinks = [...tree.sinks, ...findNamed(project, named)];
  const secrets = secretsOf(project, tree, settings);
  const repositories = knownRepositories(
    project,
    tree.repositories.map(({ place }) => place),
  );
  const behindLinks = sinks.flatMap(({ path, kind }) => (kind === 'link' ? (behind(project, path) ?? []) : []));
  const asked = [...sinks.map(({ path }) => path), ...behindLinks, ...secrets, ...tree.bare];
  const tracked = await trackedPaths(deps, project, repositories, asked);
  const masked = secrets.filter((path) => !tracked.has(path));
  // What is masked cannot be changed either, and to protect it must not bring it to light.
  const isMasked = ({ path, kind }: GuardedPath) => kind === 'file' && masked.includes(path);
  const all = guardedPaths(project, {
    sinks,
    protect: tree.protect,
    bare: tree.bare,
    tracked,
    unprotected: patterns(unprotect),
  });
  const guarded = all.filter((guard) => !isMasked(guard));
  const mounted = identitiesOf(project, [...guarded.map(({ path }) => path), ...masked]);
  const present = presentOf(project, tree, sinks, tracked);
  const trackedSecrets = secrets.filter((path) => tracked.has(path));
  return {
    ...{ tree, guarded, masked, baseline: { present, mounted, named, protect, unprotect } },
    notices: noticesOf(project, tree, guarded, masked, trackedSecrets),
  };
}

/** The walk that lookAtSinks needs. */
export function walkFor({ mask, protect, strict }: GuardSettings, project: string): Promise<Tree> {
  const linkBudget = strict ? Number.POSITIVE_INFINITY : LINKS;
  return walk(project, { mask: patterns(mask), protect: patterns(protect), linkBudget });
}

function secretsOf(project: string, { secrets }: Tree, settings: GuardSettings): readonly string[] {
  const unmasked = patterns(settings.unmask);
  const all = secrets.filter(({ path }) => unmasked?.(path, false) !== true);
  // Nothing can lie over a link, but over the file it leads to.
  const files = all.flatMap(({ path, kind }) => (kind === 'link' ? (behind(project, path) ?? []) : path));
  return [...new Set(files)].sort();
}

function identitiesOf(project: string, paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const entry = identify(project, path);
      return entry === undefined ? [] : [[path, entry.identity]];
    }),
  );
}

function presentOf(
  project: string,
  tree: Tree,
  sinks: readonly FoundSink[],
  tracked: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  // What git tracks shows up in its diff. A link is not guarded, so it must stay the one it is.
  const identity = ({ path, kind }: FoundSink) =>
    kind === 'link' && !tracked.has(path) ? (identify(project, path)?.identity ?? '') : '';
  const others = [
    ...tree.protect.map(({ path }) => path),
    ...tree.repositories.map(({ path }) => path),
    ...tree.bare,
    ...tree.closed,
  ];
  return Object.fromEntries([
    ...others.map((path): [string, string] => [path, '']),
    ...sinks.map((sink): [string, string] => [sink.path, identity(sink)]),
  ]);
}
