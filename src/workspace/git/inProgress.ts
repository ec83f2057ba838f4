import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { plain } from '../../ui/plain.ts';

/**
 * Plain data of work in progress that a box gets copied, so that a commit there is the merge that it is to be. When the box
 * has ended it, the host's own are of no more use.
 */
export const IN_PROGRESS_FILES = [
  'MERGE_HEAD',
  'MERGE_MSG',
  'MERGE_MODE',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'SQUASH_MSG',
  'ORIG_HEAD',
] as const;

/** What goes on in several steps, each with files of its own and commands for the next: it stays on the host. */
const STEPS: readonly (readonly [entry: string, what: string, end: string])[] = [
  ['rebase-merge', 'a rebase', 'git rebase --continue'],
  ['rebase-apply', 'a rebase or git am', 'git rebase --continue'],
  ['sequencer', 'a cherry-pick or revert of several commits', 'git cherry-pick --continue'],
  ['BISECT_LOG', 'a bisect', 'git bisect reset'],
];

/** One line on what is in progress in a git directory and not in a box of it. */
export async function inProgress(gitDir: string, folder: string): Promise<string | undefined> {
  const there = await Promise.all(
    STEPS.map(([entry]) =>
      lstat(join(gitDir, entry)).then(
        () => true,
        () => false,
      ),
    ),
  );
  const step = STEPS.find((_, index) => there[index]);
  if (step === undefined) return undefined;
  const [, what, end] = step;
  return `${what} is in progress in ${plain(folder)}, of which the box knows nothing: better end it first (${end})`;
}
