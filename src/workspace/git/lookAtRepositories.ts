import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Profile } from '../../config/profile.ts';
import { UserError } from '../../errors.ts';
import type { ProjectFacts } from '../../plan/facts.ts';
import { plain } from '../../ui/plain.ts';
import type { WorkspaceFacts } from '../facts.ts';
import { atOnce } from './atOnce.ts';
import { type FoundPlaces, findRepositories } from './findRepositories.ts';
import { readRepository } from './readRepository.ts';

/**
 * The repositories of a project, and what is to be known of them; `walked` is where they are, when somebody has looked already.
 * Throws UserError('refused') for one that no box can have.
 */
export async function lookAtRepositories(
  { workspace, git }: Pick<Profile, 'workspace' | 'git'>,
  project: Pick<ProjectFacts, 'path'>,
  walked?: Promise<FoundPlaces>,
): Promise<Pick<WorkspaceFacts, 'repositories' | 'guarded' | 'notices'>> {
  await refuseGitDirectory(project.path);
  const { places, closed } = await (walked ?? findRepositories(project.path));
  const client = git.name !== undefined || git.email !== undefined;
  const found = await atOnce(places, 32, (place) => readRepository(project.path, place, client));
  const unseen = closed.map((place) => `${plain(place)} may not be read: a repository in it would not be guarded`);
  return {
    repositories: found.flatMap(({ repository }) => repository ?? []),
    guarded: found.flatMap(({ guarded }) => guarded ?? []),
    notices: [...found.flatMap(({ notices }) => notices), ...(workspace === 'bind' ? unseen : [])],
  };
}

/** A git directory is nobody's workspace: hooks and settings in it are run by git on the host. */
async function refuseGitDirectory(project: string): Promise<void> {
  const inside = project.split('/').includes('.git');
  const parts = await Promise.all(
    ['HEAD', 'objects', 'refs'].map((name) =>
      lstat(join(project, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!inside && parts.includes(false)) return;
  throw new UserError('refused', `${plain(project)} is a git directory`, {
    why: 'git on this machine runs what its hooks and settings say',
    next: [`name a folder with files of it: git clone ${plain(basename(project))} …`],
  });
}
