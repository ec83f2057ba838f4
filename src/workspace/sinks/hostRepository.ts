import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A repository of the host, as its `.git` leads to it; real, absolute paths. */
export interface HostRepository {
  /** The folder of its files. */
  readonly top: string;
  readonly gitDir: string;
  /** Where its configuration and hooks are: the same but for linked worktrees. */
  readonly commonDir: string;
}

/** The repository of a folder: its own, or the nearest above it; undefined where there is none that can be read. */
export function repositoryAround(folder: string): HostRepository | undefined {
  for (let top = folder; ; top = dirname(top)) {
    const found = repositoryAt(top);
    if (found !== undefined || dirname(top) === top) return found;
  }
}

/**
 * The repositories that paths of a project may be tracked by: those at `places` (relative, empty for the project itself), and
 * the one around the project where it has none of its own. What a box put elsewhere is not asked.
 */
export function knownRepositories(project: string, places: readonly string[]): readonly HostRepository[] {
  const own = places.flatMap((place) => repositoryAt(join(project, place)) ?? []);
  const around = places.includes('') ? undefined : repositoryAround(dirname(project));
  return around === undefined ? own : [around, ...own];
}

/** The repository whose `.git` is in this folder; undefined where there is none that can be read. */
function repositoryAt(top: string): HostRepository | undefined {
  try {
    const dotGit = join(top, '.git');
    const gitDir = realpathSync(statSync(dotGit).isFile() ? namedIn(dotGit, top) : dotGit);
    if (!statSync(join(gitDir, 'HEAD')).isFile()) return undefined;
    return { top, gitDir, commonDir: commonDirOf(gitDir) };
  } catch {
    return undefined;
  }
}

function namedIn(file: string, top: string): string {
  const [, named = ''] = /^gitdir: (.+?)\r?\n?$/s.exec(readFileSync(file, 'utf8')) ?? [];
  return resolve(top, named);
}

function commonDirOf(gitDir: string): string {
  try {
    return realpathSync(resolve(gitDir, readFileSync(join(gitDir, 'commondir'), 'utf8').trimEnd()));
  } catch {
    return gitDir;
  }
}
