import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { orStateTrouble } from '../../state/trouble.ts';
import { writeState } from '../../state/writeFile.ts';
import type { RefsSnapshot } from '../git/readRefs.ts';
import type { Move } from './decide.ts';

/** What was about to be done to a repository of the host: there from before the first change until the record has it. */
export interface Journal {
  readonly format: 1;
  readonly repository: number;
  /** The helper box at work. */
  readonly helper: string;
  /** The content of its lock on the index. */
  readonly token: string;
  /** With those of tries before this one. */
  readonly moves: readonly Move[];
  readonly head?: string | undefined;
  /** What the index may have become. */
  readonly trees: readonly string[];
}

const fileOf = (folder: string, repository: number) => join(folder, `journal-${repository}.json`);

/** Writes what is about to be done; on the disk when it returns. Throws UserError('state'). */
export async function writeJournal(folder: string, journal: Journal): Promise<void> {
  await writeState(fileOf(folder, journal.repository), `${JSON.stringify(journal, undefined, 2)}\n`);
}

/** What was begun with a repository and not finished; undefined when nothing was. */
export async function readJournal(folder: string, repository: number): Promise<Journal | undefined> {
  const path = fileOf(folder, repository);
  const text = await orStateTrouble(`cannot read ${path}`, () =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  );
  return text === undefined ? undefined : (JSON.parse(text) as Journal);
}

/** All that was begun is done. */
export async function removeJournal(folder: string, repository: number): Promise<void> {
  await rm(fileOf(folder, repository), { force: true });
}

/**
 * What the box is to be compared with after an interrupted try: where the host has what that try was to bring, that counts as
 * the start.
 */
export function startsAfter(starts: RefsSnapshot, journal: Journal | undefined, host: RefsSnapshot): RefsSnapshot {
  if (journal === undefined) return starts;
  const done = journal.moves.filter(({ to, id }) => host.refs[to] === id).map(({ ref, id }) => [ref, id] as const);
  const head = journal.head !== undefined && host.head === journal.head ? journal.head : starts.head;
  return { head, refs: { ...starts.refs, ...Object.fromEntries(done) } };
}
