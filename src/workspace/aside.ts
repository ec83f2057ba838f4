import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Paths, workspaceDir } from '../config/paths.ts';
import { orStateTrouble } from '../state/trouble.ts';

/** True when something of a box was moved aside and waits there; what cannot be read as nothing counts as something. */
export async function isAside(paths: Paths, client: string, box: string): Promise<boolean> {
  const path = join(workspaceDir(paths, client, box), 'aside', 'index.json');
  const text = await orStateTrouble(`cannot read ${path}`, () =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  );
  return text !== undefined && !/^\s*(\[\s*\]|\{\s*\})?\s*$/.test(text);
}
