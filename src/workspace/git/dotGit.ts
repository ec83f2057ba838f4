import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import { plain } from '../../ui/plain.ts';
import { isAbsent, readPlain } from './readPlain.ts';

/** Where a `.git` leads, by real paths. */
export interface DotGit {
  readonly kind: 'directory' | 'file';
  readonly gitDir: string;
  readonly commonDir: string;
  /** The place that the linked worktree's own record names as its `.git`; undefined for what is no linked worktree. */
  readonly linkedFrom: string | undefined;
}

const MAX_BYTES = 8192;

/**
 * Follows the `.git` of a folder. `broken` says in words why git would find no repository by it. Throws UserError('refused') for a
 * link, which no mount can lie over.
 */
export async function followDotGit(
  folder: string,
): Promise<DotGit | { readonly broken: string; readonly kind: DotGit['kind'] }> {
  const path = join(folder, '.git');
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) throw refusedLink(path);
  const kind = entry.isDirectory() ? 'directory' : 'file';
  const named = kind === 'directory' ? path : await namedBy(folder);
  if (named === undefined) return { kind, broken: 'it names no git directory' };
  const gitDir = await realpath(named).catch(() => undefined);
  if (gitDir === undefined) return { kind, broken: `${plain(named)} is not there` };
  const common = await lineOf(gitDir, 'commondir');
  const commonDir = common === undefined ? gitDir : await realpath(resolve(gitDir, common)).catch(() => undefined);
  if (commonDir === undefined) return { kind, broken: `what ${plain(gitDir)}/commondir names is not there` };
  const missing = (
    await Promise.all([there(gitDir, 'HEAD'), there(commonDir, 'objects'), there(commonDir, 'refs')])
  ).find((absent) => absent !== undefined);
  if (missing !== undefined) return { kind, broken: `${plain(missing)} is missing` };
  const linkedFrom = common === undefined ? undefined : await lineOf(gitDir, 'gitdir');
  return { kind, gitDir, commonDir, linkedFrom: linkedFrom === undefined ? undefined : resolve(gitDir, linkedFrom) };
}

/**
 * Makes sure that a `.git` file that leads out of the project was not written by a box: git notes in what it leads to where it
 * belongs. `worktree` is the setting core.worktree of that. Throws UserError('refused').
 */
export async function guardWayOut(
  project: string,
  folder: string,
  { gitDir, commonDir, linkedFrom }: DotGit,
  worktree: string | undefined,
): Promise<void> {
  if (isWithin(gitDir, project) && isWithin(commonDir, project)) return;
  if (linkedFrom !== undefined && dirname(dirname(gitDir)) === commonDir) {
    const noted = await realpath(linkedFrom).catch(() => undefined);
    if (noted === join(folder, '.git')) return;
    throw refusedWayOut(folder, gitDir, 'git worktree repair');
  }
  if (gitDir === commonDir && worktree !== undefined) {
    const noted = await realpath(resolve(gitDir, worktree)).catch(() => undefined);
    if (noted === folder) return;
  }
  throw refusedWayOut(folder, gitDir, `git config --file ${plain(gitDir)}/config core.worktree ${plain(folder)}`);
}

async function namedBy(folder: string): Promise<string | undefined> {
  const text = (await readPlain(folder, join(folder, '.git'), MAX_BYTES))?.toString();
  const named = /^gitdir: ?(.+?)[\r\n]*$/s.exec(text ?? '')?.[1];
  return named === undefined ? undefined : resolve(folder, named);
}

async function lineOf(directory: string, name: string): Promise<string | undefined> {
  const text = (await readPlain(directory, join(directory, name), MAX_BYTES))?.toString().replace(/[\r\n]+$/, '');
  return text === '' ? undefined : text;
}

/** The path when nothing is there, undefined when something is. */
async function there(directory: string, name: string): Promise<string | undefined> {
  const path = join(directory, name);
  return lstat(path).then(
    () => undefined,
    (error: unknown) => {
      if (isAbsent(error)) return path;
      throw error;
    },
  );
}

function refusedLink(path: string): UserError {
  return new UserError('refused', `${plain(path)} is a symbolic link`, {
    why: 'nothing can be mounted over a link, so the box could write your repository itself',
    next: ['put a file in its place: a line `gitdir: PATH`', 'or take out the link'],
  });
}

function refusedWayOut(folder: string, gitDir: string, next: string): UserError {
  return new UserError('refused', `${plain(folder)}/.git leads to ${plain(gitDir)}`, {
    why: 'nothing there says that it belongs to this project, and a box could have written that file',
    next: [`if it is yours: ${next}`, 'else remove the file'],
  });
}
