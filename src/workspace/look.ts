import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { ProjectFacts } from '../plan/facts.ts';
import { PLAIN_WORKSPACE, type WorkspaceFacts } from './facts.ts';
import { lookAtRepositories } from './git/lookAtRepositories.ts';
import { lookAtSinks } from './sinks/lookAtSinks.ts';

/** What is to be known of a project before its box is planned; only reads. Throws UserError('refused') for what cannot be guarded. */
export async function lookAtWorkspace(
  context: Pick<Context, 'execute' | 'env' | 'paths'>,
  profile: Profile,
  project: ProjectFacts,
): Promise<WorkspaceFacts> {
  // Nothing of the client's own folder is the host's to run.
  if (project.scratch) return PLAIN_WORKSPACE;
  const bind = profile.workspace === 'bind';
  const [git, sinks] = await Promise.all([
    lookAtRepositories(profile, project),
    lookAtSinks(context, { ...profile, strict: profile.strict && bind }, project.path),
  ]);
  // What a box writes anywhere else reaches nobody unseen.
  if (!bind) return { ...git, guarded: [], masked: sinks.masked };
  return {
    ...git,
    ...{ guarded: [...git.guarded, ...sinks.guarded], masked: sinks.masked, baseline: sinks.baseline },
    notices: [...git.notices, ...sinks.notices],
  };
}
