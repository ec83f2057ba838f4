import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { privateDirectory } from './privateDirectory.ts';
import { orStateTrouble } from './trouble.ts';

/** After this long without a sign of life a lock counts as left over, in milliseconds. */
const STALE = 5000;

/**
 * Does `act` while no other agentbox does anything under the same lock, `PATH.lock` beside the path. Waits for at most
 * `limit` milliseconds, then throws UserError('state'). The directory of the path is made (0700) where it is missing.
 */
export async function withLock<T>(path: string, act: () => Promise<T>, limit = 10_000): Promise<T> {
  await privateDirectory(dirname(path));
  const held = await orStateTrouble(`cannot lock ${path}`, () => acquire(path, limit));
  try {
    return await act();
  } finally {
    // A machine that slept may have lost the lock; what was written is whole all the same, each file replaced at once.
    if (!held.lost()) await held.release();
  }
}

interface Held {
  readonly release: () => Promise<void>;
  readonly lost: () => boolean;
}

async function acquire(path: string, limit: number): Promise<Held> {
  const { lock } = await import('proper-lockfile');
  const until = Date.now() + limit;
  let lost = false;
  const onCompromised = () => {
    lost = true;
  };
  for (;;) {
    try {
      const release = await lock(path, { realpath: false, stale: STALE, onCompromised });
      return { release, lost: () => lost };
    } catch (error) {
      // Not the library's own retries: they also repeat what no waiting mends.
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      if (Date.now() >= until) throw tooLong(path, limit);
      await setTimeout(50);
    }
  }
}

const tooLong = (path: string, limit: number) =>
  new UserError('state', `another agentbox is at work on ${path}`, {
    why: `${path}.lock was held for ${limit / 1000} s`,
    next: ['try again when it is done', `or, when none is running: rmdir ${path}.lock`],
  });
