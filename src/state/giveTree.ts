import { constants } from 'node:fs';
import { lchown, open, readdir } from 'node:fs/promises';
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
  await orStateTrouble(`cannot give ${path} to user ${owner.uid}`, () => give(path, owner));
}

async function give(path: string, owner: Owner): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const self = `/proc/self/fd/${handle.fd}`;
    for (const entry of await readdir(self, { withFileTypes: true })) {
      const inside = `${self}/${entry.name}`;
      const given = entry.isDirectory() ? give(inside, owner) : lchown(inside, owner.uid, owner.gid);
      await given.catch(unlessGone);
    }
    await handle.chown(owner.uid, owner.gid);
  } finally {
    await handle.close();
  }
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
