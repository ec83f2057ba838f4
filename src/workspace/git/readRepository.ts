import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSetting } from '../../credentials/gitConfigText.ts';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import { plain } from '../../ui/plain.ts';
import type { GuardedPath, RepositoryFacts } from '../facts.ts';
import { boxConfig, last } from './boxConfig.ts';
import { followDotGit, guardWayOut } from './dotGit.ts';
import { inProgress } from './inProgress.ts';
import { type ObjectDirs, objectDirs } from './objectDirs.ts';
import { parseConfig } from './parseConfig.ts';
import { isAbsent, readPlain } from './readPlain.ts';

/** What lies at a `.git`: a repository, or what git takes for none but would if a box made it one. */
export interface FoundRepository {
  readonly repository?: RepositoryFacts;
  readonly guarded?: GuardedPath;
  readonly notices: readonly string[];
}

/** Extensions of the format that git in a box knows, or that do not matter there. */
const EXTENSIONS = ['noop', 'objectformat', 'partialclone', 'preciousobjects', 'relativeworktrees', 'worktreeconfig'];

const MAX_CONFIG = 16 * 1024 * 1024;

/**
 * The repository whose files are at `place`, relative to `project` (a real path), read without running git on it. With `client`
 * the client has an identity of its own. Throws UserError('refused') for a repository that no box can have.
 */
export async function readRepository(project: string, place: string, client = false): Promise<FoundRepository> {
  const folder = join(project, place);
  const path = join(place, '.git');
  const found = await followDotGit(folder);
  if ('broken' in found) return broken(path, found.kind, found.broken);
  const { kind: dotGit, gitDir, commonDir } = found;
  const common = await settingsOf(commonDir, 'config');
  const own = last(common, 'extensions.worktreeconfig') === 'true';
  const settings = [...common, ...(own ? await settingsOf(gitDir, 'config.worktree') : [])];
  refuseUnknown(folder, settings);
  await guardWayOut(project, folder, found, last(settings, 'core.worktree'));
  const objects = await realpath(join(commonDir, 'objects')).catch(() => undefined);
  if (objects === undefined) return broken(path, dotGit, 'its objects are not there');
  const directories = await objectDirs(objects);
  const bare = gitDir === commonDir && last(settings, 'core.bare') === 'true';
  const notices = [
    ...waysOut(project, commonDir, directories),
    await inProgress(gitDir, folder),
    dotGit === 'directory' ? await anyCase(folder) : undefined,
  ];
  return {
    repository: { place, dotGit, gitDir, commonDir, ...directories, config: boxConfig(settings, { bare, client }) },
    notices: notices.filter((notice) => notice !== undefined),
  };
}

function broken(path: string, kind: GuardedPath['kind'], why: string): FoundRepository {
  const reason = 'git on the host takes it for a repository once it is complete';
  const notice = `${plain(path)} is no repository (${why}), and is read-only in the box`;
  return { guarded: { path, kind, reason }, notices: [notice] };
}

/** A line for each folder outside that the box can read because objects are borrowed from it. */
function waysOut(project: string, commonDir: string, { objects }: ObjectDirs): readonly string[] {
  const out = objects.filter((path) => !isWithin(path, project) && !isWithin(path, commonDir));
  return out.map((path) => `the box can read ${plain(path)}, from which the project borrows objects of git`);
}

/** The settings of one file; what it includes is not read. */
async function settingsOf(directory: string, name: string): Promise<readonly GitSetting[]> {
  const file = join(directory, name);
  const settings = parseConfig((await readPlain(directory, file, MAX_CONFIG))?.toString() ?? '');
  if (settings !== undefined) return settings;
  const next = [`git config --list --file ${plain(file)} says where`];
  throw new UserError('refused', `cannot read ${plain(file)}`, { why: 'git would not read it either', next });
}

function refuseUnknown(folder: string, settings: readonly GitSetting[]): void {
  const refuse = (why: string, next: readonly string[]): never => {
    throw new UserError('refused', `no box can have the repository of ${plain(folder)}`, { why, next });
  };
  if ((last(settings, 'extensions.refstorage') ?? 'files') !== 'files') {
    refuse('its refs are in the format reftable, which git in boxes cannot read yet', [
      `git -C ${plain(folder)} refs migrate --ref-format=files`,
    ]);
  }
  const unknown = settings.find(
    ({ key }) =>
      key.startsWith('extensions.') &&
      !EXTENSIONS.includes(key.slice('extensions.'.length)) &&
      key !== 'extensions.refstorage',
  );
  if (unknown !== undefined)
    refuse(`its format has ${plain(unknown.key)}, which agentbox does not know`, [
      `make one of the usual format: git clone ${plain(folder)} FOLDER`,
    ]);
}

/** One line where the file system does not tell `.git` from `.GIT`: the second leads behind the mount. */
async function anyCase(folder: string): Promise<string | undefined> {
  const [one, other] = await Promise.all(
    ['.git', '.GIT'].map((name) =>
      stat(join(folder, name)).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      }),
    ),
  );
  if (one === undefined || one.ino !== other?.ino || one.dev !== other.dev) return undefined;
  return `${plain(folder)} does not tell .git from .GIT, by which a box may reach your repository itself: --workspace clone does not let it`;
}
