import { outDir, workspaceDir } from '../config/paths.ts';
import type { Profile } from '../config/profile.ts';
import { cloneVolumeName } from './cloneVolume.ts';
import type { HostFacts, ProjectFacts } from './facts.ts';
import { gitMounts } from './gitMounts.ts';
import { guardSource, isWithin } from './guard.ts';
import { guardMounts, maskMounts } from './guardMounts.ts';
import type { Mount } from './spec.ts';

/** Where a workspace is to be in a box, and what the box is called. */
export interface WorkspacePlace {
  readonly target: string;
  readonly box: string;
}

/** Where a box that may only read the project puts what it made. */
export const OUT = '/out';

/** What a box has as its workspace. Pure; throws UserError('refused') for what must not be mounted. */
export function workspaceMounts(
  profile: Profile,
  project: ProjectFacts,
  facts: HostFacts,
  place: WorkspacePlace,
): readonly Mount[] {
  const { workspace, client } = profile;
  if (workspace === 'clone') return cloneMounts(client, project, facts, place);
  const { target, box } = place;
  const folder = workspaceDir(facts.paths, client, box);
  const relabel = facts.engine.selinux;
  const guard = { project: project.path, target, folder, selinux: relabel };
  return [
    { source: project.path, target, write: workspace === 'bind', relabel, purpose: 'project' },
    ...gitMounts(client, project, facts, { target, folder }),
    ...(workspace === 'bind' ? guardMounts(facts.workspace, guard) : []),
    ...maskMounts(facts.workspace, guard),
    ...(workspace === 'readonly'
      ? [{ source: outDir(facts.paths, client, box), target: OUT, write: true, relabel, purpose: 'out' }]
      : []),
  ];
}

/** Nothing of the project itself: a volume, which is filled before the box is made. */
function cloneMounts(
  client: string,
  project: ProjectFacts,
  facts: HostFacts,
  { target, box }: WorkspacePlace,
): readonly Mount[] {
  // What the clone is made of may lie elsewhere.
  for (const { place, objects } of facts.workspace.repositories) {
    for (const path of place === '' ? objects : []) {
      if (!isWithin(path, project.path)) guardSource('repository', path, client, facts);
    }
  }
  const source = facts.workspace.continues?.volume ?? cloneVolumeName(box, facts.paths);
  return [{ source, volume: true, target, write: true, relabel: false, purpose: 'clone' }];
}
