import { workspaceDir } from '../config/paths.ts';
import type { Profile } from '../config/profile.ts';
import type { HostFacts, ProjectFacts } from './facts.ts';
import { gitMounts } from './gitMounts.ts';
import { guardMounts, maskMounts } from './guardMounts.ts';
import type { Mount } from './spec.ts';

/** Where a workspace is to be in a box, and what the box is called. */
export interface WorkspacePlace {
  readonly target: string;
  readonly box: string;
}

/** What a box has as its workspace. Pure; throws UserError('refused') for what must not be mounted. */
export function workspaceMounts(
  profile: Profile,
  project: ProjectFacts,
  facts: HostFacts,
  { target, box }: WorkspacePlace,
): readonly Mount[] {
  const write = profile.workspace !== 'readonly';
  const folder = workspaceDir(facts.paths, profile.client, box);
  const guard = { project: project.path, target, folder, selinux: facts.engine.selinux };
  return [
    { source: project.path, target, write, relabel: facts.engine.selinux, purpose: 'project' },
    ...gitMounts(profile.client, project, facts, { target, folder }),
    ...(profile.workspace === 'bind' ? guardMounts(facts.workspace, guard) : []),
    ...maskMounts(facts.workspace, guard),
  ];
}
