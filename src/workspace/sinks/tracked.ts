import { join } from 'node:path';
import { isWithin } from '../../plan/guard.ts';
import { type HostGit, hostGit } from './hostGit.ts';
import type { HostRepository } from './hostRepository.ts';

/** Arguments of one call; a command line has an end. */
const AT_ONCE = 500;

/**
 * Which of these paths (relative to the project) git tracks, by the index of the repository in which each lies. Only indexes
 * are read. What cannot be told counts as not tracked.
 */
export async function trackedPaths(
  deps: HostGit,
  project: string,
  repositories: readonly HostRepository[],
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const groups = [...grouped(project, repositories, [...new Set(paths)])];
  const found = await Promise.all(groups.map(([repository, list]) => trackedIn(deps, project, repository, list)));
  return new Set(found.flat());
}

function grouped(
  project: string,
  repositories: readonly HostRepository[],
  paths: readonly string[],
): ReadonlyMap<HostRepository, readonly string[]> {
  const groups = new Map<HostRepository, string[]>();
  // The deepest repository around a path is its own.
  const deepest = [...repositories].sort((a, b) => b.top.length - a.top.length);
  for (const path of paths) {
    const own = deepest.find(({ top }) => isWithin(join(project, path), top));
    if (own === undefined) continue;
    const group = groups.get(own) ?? [];
    group.push(path);
    groups.set(own, group);
  }
  return groups;
}

async function trackedIn(
  deps: HostGit,
  project: string,
  { top, gitDir }: HostRepository,
  paths: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE).map((path) => join(project, path).slice(top.length + 1));
    const args = [`--git-dir=${gitDir}`, `--work-tree=${top}`, 'ls-files', '-z', '--full-name', '--', ...some];
    const listed = (await hostGit(deps, args, top)) ?? '';
    found.push(...listed.split('\0').filter((line) => line !== ''));
  }
  return found.flatMap((path) => {
    const absolute = join(top, path);
    return isWithin(absolute, project) ? [absolute.slice(project.length + 1)] : [];
  });
}
