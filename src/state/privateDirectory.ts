import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';
import { orStateTrouble } from './trouble.ts';

/** Makes a directory (0700) and what is missing above it. One that exists may be reached through a link and stays as it is. */
export async function privateDirectory(path: string): Promise<void> {
  // One by one: such small steps take longer to be handed to threads than to be done.
  const there = await orStateTrouble(`cannot look at ${path}`, async () => statSync(path, { throwIfNoEntry: false }));
  if (there?.isDirectory()) return;
  await orStateTrouble(`cannot make ${path}`, async () => mkdirSync(path, { recursive: true, mode: 0o700 }));
}

/**
 * Makes sure of a directory of mode 0700 whose parent exists, and gives its owner. Throws UserError('state') when a link
 * or anything else is in its place.
 */
export async function ownDirectory(path: string): Promise<{ readonly uid: number; readonly gid: number }> {
  return await orStateTrouble(`cannot make ${path}`, async () => {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there === undefined) makeUnlessThere(path);
    const entry = there ?? lstatSync(path);
    if (!entry.isDirectory()) {
      throw new UserError('state', `${path} is not a directory`, {
        next: [`look at ${dirname(path)} and move it away`],
      });
    }
    if ((entry.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
    return { uid: entry.uid, gid: entry.gid };
  });
}

/** Another agentbox may make it at the same moment. */
function makeUnlessThere(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
