import { join } from 'node:path';
import type { RepositoryFacts } from '../workspace/facts.ts';
import { borrowedObjects, dotGitFile, GIT_DIRS, nothing, ownGitDir } from '../workspace/git/places.ts';
import type { HostFacts, ProjectFacts } from './facts.ts';
import { guardSource, isWithin } from './guard.ts';
import type { Mount } from './spec.ts';

/** Where the project is in the box, and the folder of what agentbox keeps for it. */
export interface GitPlace {
  readonly target: string;
  readonly folder: string;
}

/**
 * What a box has in the place of each repository of its project: a git directory of its own over `.git`, and the objects of the
 * host's, read-only. Pure; throws UserError('refused') for a repository that leads to what is not the client's.
 */
export function gitMounts(
  client: string,
  project: ProjectFacts,
  facts: HostFacts,
  { target, folder }: GitPlace,
): readonly Mount[] {
  const { repositories } = facts.workspace;
  const relabel = facts.engine.selinux;
  const inProject = (path: string) => isWithin(path, project.path);
  const mounts = repositories.flatMap((repository, n) => {
    const { place, dotGit, gitDir, commonDir, objects } = repository;
    for (const path of [gitDir, commonDir, ...objects]) {
      if (!inProject(path)) guardSource('repository', path, client, facts);
    }
    const dot = join(target, place, '.git');
    const own = { source: ownGitDir(folder, n), write: true, relabel, purpose: 'git directory of the box' };
    return [
      ...(dotGit === 'directory'
        ? [{ ...own, target: dot }]
        : [
            {
              source: dotGitFile(folder, n),
              target: dot,
              write: false,
              relabel,
              purpose: 'where its git directory is',
            },
            { ...own, target: `${GIT_DIRS}/${n}` },
          ]),
      ...objectMounts(repository, n, folder, { relabel, inProject }),
    ];
  });
  return [...mounts, ...coverMounts(project, facts, { target, folder })];
}

interface Labels {
  readonly relabel: boolean;
  readonly inProject: (path: string) => boolean;
}

function objectMounts(
  repository: RepositoryFacts,
  n: number,
  folder: string,
  { relabel, inProject }: Labels,
): readonly Mount[] {
  const targets = borrowedObjects(repository, n);
  return repository.objects.flatMap((source, m) => {
    const target = targets[m] ?? '';
    // What is part of the project has its label already.
    const how = { write: false, relabel: relabel && !inProject(source), purpose: 'objects of the repository' };
    if (!repository.borrowing.includes(source)) return [{ source, target, ...how }];
    // The paths in it mean nothing in the box, and git would complain of each.
    const inside = { source: nothing(folder).file, target: `${target}/info/alternates`, write: false, relabel };
    return [
      { source, target, ...how },
      { ...inside, purpose: 'in the place of paths of the host' },
    ];
  });
}

/** Git directories and objects that lie in the project, but in no `.git` that is covered: the box must not write them there either. */
function coverMounts(project: ProjectFacts, facts: HostFacts, { target, folder }: GitPlace): readonly Mount[] {
  const { repositories } = facts.workspace;
  const covered = repositories.filter(({ dotGit }) => dotGit === 'directory').map(({ gitDir }) => gitDir);
  const mounts: Mount[] = [];
  const cover = (path: string, purpose: string, source: string) => {
    if (!isWithin(path, project.path) || covered.some((other) => isWithin(path, other))) return;
    covered.push(path);
    const inBox = join(target, path.slice(project.path.length));
    mounts.push({ source, target: inBox, write: false, relabel: facts.engine.selinux, purpose });
  };
  const { directory } = nothing(folder);
  for (const { commonDir } of repositories) cover(commonDir, 'git directory of the host', directory);
  for (const { gitDir } of repositories) cover(gitDir, 'git directory of the host', directory);
  for (const path of repositories.flatMap(({ objects }) => objects)) cover(path, 'objects of the host', path);
  return mounts;
}
