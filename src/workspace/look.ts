import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { ProjectFacts } from '../plan/facts.ts';
import { foldersOf } from './ended/folders.ts';
import { PLAIN_WORKSPACE, type WorkspaceFacts } from './facts.ts';
import type { FoundPlaces } from './git/findRepositories.ts';
import { lookAtRepositories } from './git/lookAtRepositories.ts';
import { isCovered } from './sinks/guarded.ts';
import { lookAtSinks, walkFor } from './sinks/lookAtSinks.ts';
import type { Tree } from './sinks/walk.ts';

/** What is to be known of a project before its box is planned; only reads. Throws UserError('refused') for what cannot be guarded. */
export async function lookAtWorkspace(
  context: Pick<Context, 'execute' | 'env' | 'paths'>,
  profile: Profile,
  project: ProjectFacts,
): Promise<WorkspaceFacts> {
  // Nothing of the client's own folder is the host's to run.
  if (project.scratch) return PLAIN_WORKSPACE;
  const bind = profile.workspace === 'bind';
  const settings = { ...profile, strict: profile.strict && bind };
  const walked = walkFor(settings, project.path);
  const places = walked.then((tree) => placesIn(project.path, tree));
  // Whoever needs it tells; a project that is refused before has nobody who does.
  places.catch(() => {});
  const [git, sinks] = await Promise.all([
    lookAtRepositories(profile, project, places),
    lookAtSinks(context, settings, project.path, walked),
  ]);
  // What a box writes anywhere else reaches nobody unseen.
  if (!bind) return { ...git, guarded: [], masked: sinks.masked };
  // Its own of a repository that the box has are covered already, and nothing can be mounted twice.
  const covered = git.repositories.flatMap(({ gitDir, commonDir }) => [gitDir, commonDir]);
  const more = sinks.guarded.filter(({ path }) => !isCovered(join(project.path, path), covered));
  const folders = foldersOf(project.path, sinks.tree.folders);
  return {
    ...git,
    ...(folders === undefined ? {} : { folders }),
    ...{ guarded: [...git.guarded, ...more], masked: sinks.masked, baseline: sinks.baseline },
    notices: [...git.notices, ...sinks.notices],
  };
}

/** Some file systems take `.GIT` for `.git` as well. */
function placesIn(project: string, { repositories, closed }: Tree): FoundPlaces {
  const isThere = (place: string) => lstatSync(join(project, place, '.git'), { throwIfNoEntry: false }) !== undefined;
  const places = repositories.map(({ place }) => place).filter(isThere);
  return { places: [...new Set(places)].sort(), closed: [...closed].sort() };
}
