import { dirname, join } from 'node:path';
import { isWithin } from '../plan/guard.ts';
import type { WorkspaceRecord } from './record.ts';

type Other = Pick<WorkspaceRecord, 'box' | 'project' | 'facts'>;

/**
 * The box that could put something else in the place of `path` while it runs, undefined when none could. In its own project a box
 * can, but for what is mounted over itself there (see guardMounts and gitMounts) and what lies below a mount. Pure.
 */
export function changeableBy(path: string, others: readonly Other[]): string | undefined {
  return others.find((other) => path !== other.project && isWithin(path, other.project) && !isHeld(path, other))?.box;
}

function isHeld(path: string, { project, facts }: Other): boolean {
  const { guarded, masked, repositories } = facts;
  const covered = [
    ...guarded.map((entry) => join(project, entry.path)),
    ...repositories.map(({ place }) => join(project, place, '.git')),
  ];
  const pinned = new Set(
    [...covered, ...masked.map((entry) => join(project, entry))].flatMap((at) => above(at, project)),
  );
  const elsewhere = repositories.flatMap(({ gitDir, commonDir, objects }) => [gitDir, commonDir, ...objects]);
  const alsoCovered = elsewhere.filter(
    (at) => isWithin(at, project) && above(at, project).every((folder) => pinned.has(folder)),
  );
  return pinned.has(path) || [...covered, ...alsoCovered].some((at) => isWithin(path, at));
}

/** The folders between a path and the project that it lies in. */
function above(path: string, project: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== project && isWithin(folder, project); folder = dirname(folder))
    folders.push(folder);
  return folders;
}
