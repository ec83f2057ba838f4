import { closeSync, constants, fchownSync, lchownSync, openSync, readdirSync } from 'node:fs';
import { orStateTrouble } from './trouble.ts';

/** Numeric ids of a user of the host. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives a directory and all in it to `owner`. A box may have written the tree and may be writing it: every step goes
 * through an open directory and follows no link, so nothing outside is ever touched. Needs root and Linux's /proc. Throws
 * UserError('state').
 */
export async function giveTree(path: string, owner: Owner): Promise<void> {
  await orStateTrouble(`cannot give ${path} to user ${owner.uid}`, async () => give(path, owner));
}

function give(path: string, owner: Owner): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const self = `/proc/self/fd/${descriptor}`;
    for (const entry of readdirSync(self, { withFileTypes: true })) {
      const inside = `${self}/${entry.name}`;
      unlessGone(() => (entry.isDirectory() ? give(inside, owner) : lchownSync(inside, owner.uid, owner.gid)));
    }
    fchownSync(descriptor, owner.uid, owner.gid);
  } finally {
    closeSync(descriptor);
  }
}

function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
