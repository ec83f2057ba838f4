import { UserError } from '../errors.ts';

const MEANING: Readonly<Record<string, readonly [why: string, next: string]>> = {
  ENOSPC: ['the disk is full', 'make room on the disk, then try again'],
  EDQUOT: ['your disk quota is used up', 'make room, then try again'],
  EROFS: ['the file system is read-only', 'set AGENTBOX_DATA to a directory that can be written'],
  EACCES: ['permission denied', 'look at its owner and mode with ls -ld; sudo chown or chmod u+rwX mends it'],
  EPERM: ['permission denied', 'look at its owner with ls -ld; sudo chown mends it'],
  ENOTDIR: ['a file lies where a directory should be', 'move that file away'],
  EEXIST: ['a file lies where a directory should be', 'move that file away'],
  EIO: ['the disk fails', 'look at the log of the system'],
};

/** UserError('state') for what a user can mend of a failed file operation; any other error as it is. `what` is a sentence. */
function stateTrouble(error: unknown, what: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const meaning = MEANING[code];
  if (meaning === undefined) return error;
  const [why, next] = meaning;
  return new UserError('state', what, { why: `${why} (${code})`, next: [next], cause: error });
}

/** Runs a file operation; what goes wrong comes out as stateTrouble says. */
export async function orStateTrouble<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw stateTrouble(error, what);
  }
}
