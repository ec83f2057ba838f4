import { join } from 'node:path';
import type { RepositoryFacts } from '../facts.ts';

/** Where object directories that a box borrows are in it, read-only: `/git-objects/<repository>/<directory>`. */
const GIT_OBJECTS = '/git-objects';
/** Where a box has the own git directories of repositories whose `.git` is a file. */
export const GIT_DIRS = '/git-dirs';

/** The box's own git directory of repository `n`; `folder` is workspaceDir. The box writes it. */
export function ownGitDir(folder: string, n: number): string {
  return join(folder, 'git', `${n}`);
}

/** The index that repository `n` had at the start: agentbox's own copy. There is none where it had none. */
export function startIndex(folder: string, n: number): string {
  return join(folder, 'start', `${n}`, 'index');
}

/** What lies over a `.git` that is a file, for repository `n`. */
export function dotGitFile(folder: string, n: number): string {
  return join(folder, 'start', `${n}`, 'dot-git');
}

/** A file and a directory with nothing in them, to be mounted over what a box must not see. */
export function nothing(folder: string): { readonly file: string; readonly directory: string } {
  return { file: join(folder, 'start', 'empty-file'), directory: join(folder, 'start', 'empty') };
}

/** Where the box has each object directory of repository `n`, in the order of its facts. */
export function borrowedObjects({ objects }: Pick<RepositoryFacts, 'objects'>, n: number): readonly string[] {
  return objects.map((_, m) => `${GIT_OBJECTS}/${n}/${m}`);
}
