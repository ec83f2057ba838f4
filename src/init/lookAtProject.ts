import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { isWithin } from '../plan/guard.ts';
import { parseConfig } from '../workspace/git/parseConfig.ts';
import { readPlain } from '../workspace/git/readPlain.ts';
import { forges, type Language, languagesOf, TELLING_FILES, VERSION_FILES } from './languages.ts';

/** A folder, and what its files say. */
export interface ProjectLook {
  /** The folder, or the one above it that is a repository. */
  readonly top: string;
  readonly isRepository: boolean;
  readonly languages: readonly Language[];
  /** Presets for where the repository is fetched from. */
  readonly forges: readonly string[];
}

const LARGEST = 256 * 1024;
const MOST_FOLDERS = 50;
const ELSEWHERE = new Set(['node_modules', 'vendor', 'target', 'dist', 'build']);

/**
 * Looks at a folder (a real path), and one level down. The files may be anybody's: no link is followed, little is read, and git is not
 * asked. What cannot be read counts as not there; a repository that the home directory lies in is none of a project.
 */
export async function lookAtProject(here: string, home: string): Promise<ProjectLook> {
  const repository = await repositoryAround(here, home);
  const top = repository ?? here;
  const names = await tellingNames(top);
  const texts = new Map<string, string>();
  const folders = new Set(names.map((name) => name.slice(0, name.lastIndexOf('/') + 1)));
  for (const folder of folders) {
    for (const file of VERSION_FILES) {
      const text = await textAt(top, `${folder}${file}`);
      if (text !== undefined) texts.set(`${folder}${file}`, text);
    }
  }
  return {
    top,
    isRepository: repository !== undefined,
    languages: languagesOf({ names, text: (name) => texts.get(name) }),
    forges: repository === undefined ? [] : forges(await remotes(top)),
  };
}

async function repositoryAround(folder: string, home: string): Promise<string | undefined> {
  if (isWithin(home, folder)) return undefined;
  const there = await lstat(join(folder, '.git')).catch(() => undefined);
  if (there !== undefined && !there.isSymbolicLink()) return folder;
  return repositoryAround(dirname(folder), home);
}

/** Those at the top come first. */
async function tellingNames(top: string): Promise<readonly string[]> {
  const entries = await entriesOf(top);
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !ELSEWHERE.has(entry.name))
    .slice(0, MOST_FOLDERS);
  const deeper = await Promise.all(
    below.map(async ({ name }) => filesOf(await entriesOf(join(top, name))).map((file) => `${name}/${file}`)),
  );
  return [...filesOf(entries), ...deeper.flat()];
}

const filesOf = (entries: Awaited<ReturnType<typeof entriesOf>>) =>
  entries.filter((entry) => entry.isFile() && TELLING_FILES.includes(entry.name)).map(({ name }) => name);

async function entriesOf(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function remotes(top: string): Promise<readonly string[]> {
  const settings = parseConfig((await textAt(top, '.git/config')) ?? '') ?? [];
  return settings.flatMap(({ key, value }) => (/^remote\..*\.url$/.test(key) && value ? [value] : []));
}

async function textAt(top: string, name: string): Promise<string | undefined> {
  try {
    return (await readPlain(top, join(top, name), LARGEST))?.toString('utf8');
  } catch (error) {
    if (error instanceof UserError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
