import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Paths, workspaceDir } from '../../config/paths.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { writeState } from '../../state/writeFile.ts';
import type { WorkspaceRecord } from '../record.ts';

/** That an apply has begun to write: there from before the first write until all or nothing of it is done. */
export interface ApplyJournal {
  readonly format: 1;
  /** What the name of the helper box at work, and of its folder in the project, ends in. */
  readonly suffix: string;
  /** Nothing of the clone is left to review when it is done, so that it goes. */
  readonly whole: boolean;
  /** What landed, in words, for the one who finishes it. */
  readonly summary: string;
}

type OfBox = Pick<WorkspaceRecord, 'client' | 'box'>;

// Not the one that bringing commits back writes: a box has a clone or a git directory of its own.
const fileOf = (paths: Paths, { client, box }: OfBox) => join(workspaceDir(paths, client, box), 'apply.json');

/** Writes it; on the disk when it returns. Throws UserError('state'). */
export async function writeApplyJournal(paths: Paths, of: OfBox, journal: ApplyJournal): Promise<void> {
  await writeState(fileOf(paths, of), `${JSON.stringify(journal, undefined, 2)}\n`);
}

/** What was begun and not finished; undefined when nothing was. Throws UserError('state'). */
export async function readApplyJournal(paths: Paths, of: OfBox): Promise<ApplyJournal | undefined> {
  const path = fileOf(paths, of);
  const text = await orStateTrouble(`cannot read ${path}`, () =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  );
  return text === undefined ? undefined : (JSON.parse(text) as ApplyJournal);
}

/** All or nothing is done; what was made ready goes as well. Throws UserError('state'). */
export async function removeApplyJournal(paths: Paths, of: OfBox): Promise<void> {
  const folder = workspaceDir(paths, of.client, of.box);
  await orStateTrouble(`cannot remove what was made ready in ${folder}`, async () => {
    await rm(fileOf(paths, of), { force: true });
    await rm(join(folder, 'apply'), { recursive: true, force: true });
  });
}
