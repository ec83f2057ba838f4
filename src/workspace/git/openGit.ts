import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Caller } from '../../context.ts';
import { giveTree, type Owner } from '../../state/giveTree.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import type { RepositoryFacts } from '../facts.ts';
import { copyPlain, ownGitDirectory } from './ownGitDirectory.ts';
import { borrowedObjects, dotGitFile, GIT_DIRS, nothing, ownGitDir, startIndex } from './places.ts';
import type { RefsSnapshot } from './readRefs.ts';

/**
 * Makes what the mounts of gitMounts lead to in `folder` (workspaceDir), the box's own git directories with `owner` as theirs
 * when root calls. Gives what each of them was at the start. Throws UserError('state').
 */
export async function openGit(
  folder: string,
  repositories: readonly RepositoryFacts[],
  caller: Pick<Caller, 'uid'>,
  owner: Owner,
): Promise<readonly RefsSnapshot[]> {
  if (repositories.length > 0) await makeNothing(folder);
  return Promise.all(
    repositories.map(async (repository, n) => {
      const own = ownGitDir(folder, n);
      const start = await ownGitDirectory(repository, own, { alternates: borrowedObjects(repository, n) });
      await keepStart(folder, repository, n);
      if (caller.uid === 0) await giveTree(own, owner);
      return start;
    }),
  );
}

/** Boxes mount these, as whoever they are, so they can be read by all; the folder around them cannot be entered. */
async function makeNothing(folder: string): Promise<void> {
  const { file, directory } = nothing(folder);
  await orStateTrouble(`cannot make ${file}`, async () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    mkdirSync(directory);
    writeFileSync(file, '');
    chmodSync(directory, 0o755);
    chmodSync(file, 0o644);
  });
}

async function keepStart(folder: string, { dotGit, gitDir }: RepositoryFacts, n: number): Promise<void> {
  const start = dirname(startIndex(folder, n));
  await orStateTrouble(`cannot write ${start}`, async () => {
    mkdirSync(start, { recursive: true, mode: 0o700 });
    // Helper boxes mount it too.
    if (copyPlain(gitDir, start, 'index')) chmodSync(startIndex(folder, n), 0o644);
    if (dotGit === 'directory') return;
    const file = dotGitFile(folder, n);
    writeFileSync(file, `gitdir: ${GIT_DIRS}/${n}\n`);
    chmodSync(file, 0o644);
  });
}
