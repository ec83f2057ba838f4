import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orStateTrouble } from '../../state/trouble.ts';

/** The empty file that lies over masked ones; `folder` is workspaceDir. */
export function maskFile(folder: string): string {
  return join(folder, 'masked');
}

/** Makes it, for any user of a box to read; its folder, which nobody else may enter, must be there. Throws UserError('state'). */
export async function makeMaskFile(folder: string): Promise<void> {
  const path = maskFile(folder);
  await orStateTrouble(`cannot make ${path}`, async () => {
    await writeFile(path, '');
    await chmod(path, 0o444);
  });
}
