import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { plain } from '../ui/plain.ts';
import type { WorkspaceFacts } from '../workspace/facts.ts';
import { maskFile } from '../workspace/mask/file.ts';
import { above } from '../workspace/sinks/above.ts';
import type { Mount } from './spec.ts';

/** Where the project is on the host and in the box, and the folder of what agentbox keeps for the box. */
export interface GuardPlace {
  readonly project: string;
  readonly target: string;
  readonly folder: string;
  readonly selinux: boolean;
}

/** Each costs a start some 3 ms, and gVisor starts no box with more than 250 mounts in all. */
export const MOST_MOUNTS = 200;

/**
 * What keeps a box from guarded paths: each is mounted read-only over itself, and each folder above one, or above a `.git` of
 * the project, over itself, so that it cannot be renamed and another put in its place. Pure; throws UserError('refused') for
 * more than MOST_MOUNTS.
 */
export function guardMounts(
  { guarded, masked, repositories }: WorkspaceFacts,
  { project, target }: GuardPlace,
): readonly Mount[] {
  const gits = repositories.map(({ place }) => join(place, '.git'));
  const inner = [...guarded.map(({ path }) => path), ...masked, ...gits];
  const whole = new Set(guarded.map(({ path }) => path));
  const folders = [...new Set(inner.flatMap(above))].filter((path) => !whole.has(path)).sort();
  const at = (path: string, write: boolean, purpose: string): Mount => ({
    ...{ source: join(project, path), target: join(target, path), write, relabel: false, purpose },
  });
  const mounts = [
    ...folders.map((path) => at(path, true, 'cannot be renamed')),
    ...guarded.map(({ path }) => at(path, false, 'guarded')),
  ];
  if (mounts.length + masked.length <= MOST_MOUNTS) return mounts;
  throw tooMany(mounts.length + masked.length, project, inner);
}

/** An empty file over each file with secrets; `maskFile` of the folder must be there. Pure. */
export function maskMounts(
  { masked }: Pick<WorkspaceFacts, 'masked'>,
  { target, folder, selinux }: GuardPlace,
): readonly Mount[] {
  const source = maskFile(folder);
  return masked.map((path) => ({
    ...{ source, target: join(target, path), write: false, relabel: selinux, purpose: 'masked' },
  }));
}

function tooMany(count: number, project: string, paths: readonly string[]): UserError {
  const first = (path: string) => path.split('/')[0] ?? '';
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(first(path), (counts.get(first(path)) ?? 0) + 1);
  const [[folder, most] = ['', 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return new UserError('refused', `${plain(project)} has too much to guard: ${count} mounts, ${MOST_MOUNTS} at most`, {
    why: `${most} of the paths are in ${plain(folder)}`,
    next: [
      'use --workspace clone, which needs no guard',
      `or name what the box may change: unprotect: ["${plain(folder)}/**"], and what it may read: unmask: [".env"]`,
      'agentbox run --dry-run --json shows what is guarded',
    ],
  });
}
