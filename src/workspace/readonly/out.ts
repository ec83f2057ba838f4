import { chown, mkdir, readdir } from 'node:fs/promises';
import { outDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import type { WorkspaceRecord } from '../record.ts';

type Whose = Pick<WorkspaceRecord, 'client' | 'box'>;

/** Makes the folder that a box has as `/out`; it belongs to the user of the box. Throws UserError('state'). */
export async function openOut(
  { paths, caller }: Pick<Context, 'paths' | 'caller'>,
  record: Whose & Pick<WorkspaceRecord, 'user'>,
): Promise<void> {
  const path = outDir(paths, record.client, record.box);
  await orStateTrouble(`cannot make ${path}`, async () => {
    // One that is started anew has what it put out before; the folder around it is out of its reach.
    await mkdir(path, { mode: 0o700, recursive: true });
    if (caller.uid === 0) await chown(path, record.user.uid, record.user.gid);
  });
}

/** The folder that a box had as `/out`, when something is in it; undefined when nothing is, or it is not there. */
export async function filledOut(
  { paths }: Pick<Context, 'paths'>,
  { client, box }: Whose,
): Promise<string | undefined> {
  const path = outDir(paths, client, box);
  const names = await orStateTrouble(`cannot read ${path}`, () =>
    readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    }),
  );
  return names.length === 0 ? undefined : path;
}
