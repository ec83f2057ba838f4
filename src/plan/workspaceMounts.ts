import type { Profile } from '../config/profile.ts';
import type { HostFacts, ProjectFacts } from './facts.ts';
import type { Mount } from './spec.ts';

/** Where a workspace is to be in a box, and what the box is called. */
export interface WorkspacePlace {
  readonly target: string;
  readonly box: string;
}

/** What a box has as its workspace. Pure; throws UserError('refused') for what must not be mounted. */
export function workspaceMounts(
  _profile: Profile,
  project: ProjectFacts,
  facts: HostFacts,
  { target }: WorkspacePlace,
): readonly Mount[] {
  return [{ source: project.path, target, write: true, relabel: facts.engine.selinux, purpose: 'project' }];
}
