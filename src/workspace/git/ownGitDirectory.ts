import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, realpath, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitConfigText } from '../../credentials/gitConfigText.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import type { RepositoryFacts } from '../facts.ts';
import { IN_PROGRESS_FILES } from './inProgress.ts';
import { isAbsent } from './readPlain.ts';
import { type RefsSnapshot, readRefs } from './readRefs.ts';
import { isObjectId } from './refName.ts';

/** What is special about one git directory of a box. */
export interface OwnGitDirectory {
  /** Object directories that it borrows from, as the box names them; none for one that gets its objects copied. */
  readonly alternates: readonly string[];
}

/** Directories that git wants to be there, and an empty one for hooks, so that none of a template's is. */
const DIRECTORIES = ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info', 'hooks'];

/** Files of a linked worktree or of the repository itself, that say what it has and what not; all are plain data. */
const OF_WORKTREE = ['index', 'info/sparse-checkout', ...IN_PROGRESS_FILES];
const OF_REPOSITORY = ['shallow', 'info/exclude', 'info/attributes'];

/** Refs that stay with the host: its stash, whose older entries are in a log that no box gets, and steps of its own work. */
const STAYS = /^refs\/(stash$|bisect\/|rewritten\/|worktree\/)/;

/**
 * Makes `path`, which must not be there, a git directory of a box's own: HEAD, index, refs and plain settings of the
 * repository, no hooks, no objects. The repository is only read, and no git is run. Throws UserError('state') for a full disk
 * and the like.
 */
export async function ownGitDirectory(
  repository: RepositoryFacts,
  path: string,
  { alternates }: OwnGitDirectory,
): Promise<void> {
  await orStateTrouble(`cannot make ${path}`, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await mkdir(path, { mode: 0o700 });
    for (const directory of DIRECTORIES) await mkdir(join(path, directory), { recursive: true });
    const { gitDir, commonDir } = repository;
    await Promise.all([
      writeRefs(path, await refsOf(repository)),
      writeFile(join(path, 'config'), gitConfigText(repository.config)),
      ...OF_WORKTREE.map((name) => copyPlain(gitDir, path, name)),
      ...OF_REPOSITORY.map((name) => copyPlain(commonDir, path, name)),
      copySharedIndex(gitDir, path),
      ...(alternates.length === 0
        ? []
        : [writeFile(join(path, 'objects/info/alternates'), alternates.map((name) => `${name}\n`).join(''))]),
    ]);
  });
}

/** Of a linked worktree HEAD is its own, and so are few refs. */
async function refsOf({ gitDir, commonDir }: RepositoryFacts): Promise<RefsSnapshot> {
  const { head } = await readRefs(gitDir);
  const { refs } = await readRefs(commonDir);
  return { head, refs: Object.fromEntries(Object.entries(refs).filter(([name]) => !STAYS.test(name))) };
}

/** One file for all, which is quick however many they are; what stands for another ref cannot be in there. */
async function writeRefs(path: string, { head, refs }: RefsSnapshot): Promise<void> {
  const entries = Object.entries(refs);
  const packed = entries.filter(([, value]) => isObjectId(value)).map(([name, id]) => `${id} ${name}`);
  // By bytes, as git looks them up, which is not how JavaScript compares.
  const sorted = packed.sort((a, b) => Buffer.compare(nameOf(a), nameOf(b)));
  const lines = sorted.length === 0 ? [] : ['# pack-refs with: sorted ', ...sorted];
  await writeFile(join(path, 'packed-refs'), lines.map((line) => `${line}\n`).join(''));
  for (const [name, value] of entries) {
    if (isObjectId(value)) continue;
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), `${value}\n`);
  }
  // A HEAD that says nothing would be no repository at all.
  await writeFile(join(path, 'HEAD'), `${head ?? 'ref: refs/heads/main'}\n`);
}

function nameOf(line: string): Buffer {
  return Buffer.from(line.slice(line.indexOf(' ') + 1));
}

/** Copies a file, and says whether there was one: a link or a folder is no plain data, and left out. */
export async function copyPlain(from: string, to: string, name: string): Promise<boolean> {
  const source = join(from, name);
  const entry = await lstat(source).catch(orAbsent);
  if (!entry?.isFile() || (await realpath(source)) !== source) return false;
  const copy = join(to, name);
  await copyFile(source, copy, constants.COPYFILE_FICLONE);
  // An index that looks younger than it is would have git trust files that were changed in the second it was written in.
  const second = Math.floor(entry.mtimeMs / 1000);
  await utimes(copy, second, second);
  return true;
}

/** With core.splitIndex most of an index is in another file. */
async function copySharedIndex(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter((name) => name.startsWith('sharedindex.'));
  await Promise.all(names.map((name) => copyPlain(from, to, name)));
}

function orAbsent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}
