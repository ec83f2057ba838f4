import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { RepositoryFacts } from '../facts.ts';
import { readRefs } from '../git/readRefs.ts';
import { isObjectId } from '../git/refName.ts';
import { branchOf, type HostSide } from './decide.ts';

/** A repository of the host as it is now, and the objects it surely has. */
export interface HostNow extends Omit<HostSide, 'settled'> {
  readonly known: readonly string[];
}

/**
 * Reads a repository of the host; no git is run. Throws UserError('refused') when another lies at its place than the one that a run
 * began with.
 */
export async function hostNow(repository: RepositoryFacts): Promise<HostNow> {
  const { gitDir, commonDir } = repository;
  for (const path of [gitDir, commonDir]) {
    const real = await realpath(path).catch(() => undefined);
    if (real !== path) throw gone(path);
  }
  const [common, own] = [await readRefs(commonDir), gitDir === commonDir ? undefined : await readRefs(gitDir)];
  const stashes = (await textOf(join(commonDir, 'logs/refs/stash')))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const known = new Set([...Object.values(common.refs), ...stashes].filter(isObjectId));
  const head = own === undefined ? common.head : own.head;
  if (head !== undefined && isObjectId(head)) known.add(head);
  return { head, refs: common.refs, elsewhere: await elsewhere(repository, common.head), known: [...known] };
}

/** Branches that other worktrees of the repository have checked out. */
async function elsewhere({ gitDir, commonDir }: RepositoryFacts, mainHead: string | undefined): Promise<string[]> {
  const folder = join(commonDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  const others = names.map((name) => join(folder, name)).filter((path) => path !== gitDir);
  const heads = await Promise.all(others.map(async (path) => (await textOf(join(path, 'HEAD'))).trim()));
  // A bare one has no files that belong to its HEAD.
  const bare = /^\s*bare\s*=\s*(true|yes|on|1)\s*$/im.test(await textOf(join(commonDir, 'config')));
  const all = gitDir === commonDir || bare ? heads : [mainHead, ...heads];
  return all.map(branchOf).filter((ref) => ref !== undefined);
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
}

function gone(path: string): UserError {
  return new UserError('refused', `the box’s commits cannot come to ${path}`, {
    why: 'the repository that the box began with is not there any more, or a link lies in its place',
    next: ['put it back, then: agentbox sync'],
  });
}
