import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gitConfigText } from '../../credentials/gitConfigText.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import type { RepositoryFacts } from '../facts.ts';
import { IN_PROGRESS_FILES } from './inProgress.ts';
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
 * repository, no hooks, no objects; gives its HEAD and refs. The repository is only read, and no git is run. Its fifty small steps are
 * done one by one, which takes a tenth of the time that handing them to threads does. Throws UserError('state') for a full disk and the like.
 */
export async function ownGitDirectory(
  repository: RepositoryFacts,
  path: string,
  { alternates }: OwnGitDirectory,
): Promise<RefsSnapshot> {
  const { gitDir, commonDir } = repository;
  const refs = await refsOf(repository);
  await orStateTrouble(`cannot make ${path}`, async () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    mkdirSync(path, { mode: 0o700 });
    for (const directory of DIRECTORIES) mkdirSync(join(path, directory), { recursive: true });
    writeRefs(path, refs);
    writeFileSync(join(path, 'config'), gitConfigText(repository.config));
    for (const name of [...OF_WORKTREE, ...sharedIndexes(gitDir)]) copyPlain(gitDir, path, name);
    for (const name of OF_REPOSITORY) copyPlain(commonDir, path, name);
    const lines = alternates.map((name) => `${name}\n`).join('');
    if (lines !== '') writeFileSync(join(path, 'objects/info/alternates'), lines);
  });
  return refs;
}

/** Of a linked worktree HEAD is its own, and so are few refs. */
async function refsOf({ gitDir, commonDir }: RepositoryFacts): Promise<RefsSnapshot> {
  const own = await readRefs(gitDir);
  const { refs } = commonDir === gitDir ? own : await readRefs(commonDir);
  return {
    // A HEAD that says nothing would be no repository at all.
    head: own.head ?? 'ref: refs/heads/main',
    refs: Object.fromEntries(Object.entries(refs).filter(([name]) => !STAYS.test(name))),
  };
}

/** One file for all, which is quick however many they are; what stands for another ref cannot be in there. */
function writeRefs(path: string, { head, refs }: RefsSnapshot): void {
  const entries = Object.entries(refs);
  const packed = entries.filter(([, value]) => isObjectId(value)).map(([name, id]) => `${id} ${name}`);
  // By bytes, as git looks them up, which is not how JavaScript compares.
  const sorted = packed.sort((a, b) => Buffer.compare(nameOf(a), nameOf(b)));
  const lines = sorted.length === 0 ? [] : ['# pack-refs with: sorted ', ...sorted];
  writeFileSync(join(path, 'packed-refs'), lines.map((line) => `${line}\n`).join(''));
  for (const [name, value] of entries) {
    if (isObjectId(value)) continue;
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), `${value}\n`);
  }
  writeFileSync(join(path, 'HEAD'), `${head}\n`);
}

function nameOf(line: string): Buffer {
  return Buffer.from(line.slice(line.indexOf(' ') + 1));
}

/** Copies a file, and says whether there was one: a link or a folder is no plain data, and left out. */
export function copyPlain(from: string, to: string, name: string): boolean {
  const source = join(from, name);
  const entry = lstatSync(source, { throwIfNoEntry: false });
  if (!entry?.isFile() || realpathSync.native(source) !== source) return false;
  const copy = join(to, name);
  copyFileSync(source, copy, constants.COPYFILE_FICLONE);
  // An index that looks younger than it is would have git trust files that were changed in the second it was written in.
  const second = Math.floor(entry.mtimeMs / 1000);
  utimesSync(copy, second, second);
  return true;
}

/** With core.splitIndex most of an index is in another file. */
function sharedIndexes(gitDir: string): readonly string[] {
  return readdirSync(gitDir).filter((name) => name.startsWith('sharedindex.'));
}
