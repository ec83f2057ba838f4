import type { HelperResult } from '../../box/helper.ts';
import type { Mount } from '../../plan/spec.ts';
import type { GitWork } from '../gitBox.ts';
import type { CloneBase, CloneRecord, WorkspaceRecord } from '../record.ts';

/** Runs a program of images/workspace: in a helper box, or in tests without one. */
export type RunGit = (work: GitWork) => Promise<HelperResult>;

/** The record of a clone that is whole. */
export interface ReviewedClone {
  readonly record: WorkspaceRecord;
  readonly clone: CloneRecord & { readonly base: CloneBase };
  /** The folder on the host with the objects of the files as they were copied. */
  readonly baseDir: string;
  /** The project's object directories that are there, its own first: a clone may have thrown its own away. */
  readonly objects: readonly string[];
  /** The folder on the host where what lands is made ready. */
  readonly workDir: string;
  readonly selinux: boolean;
}

/** A folder of the host in a helper box. */
export function hostMount(
  { selinux }: Pick<ReviewedClone, 'selinux'>,
  source: string,
  target: string,
  write: boolean,
): Mount {
  return { source, target, write, relabel: selinux, purpose: 'review' };
}
