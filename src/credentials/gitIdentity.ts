import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HOME } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { type GitSetting, gitConfigText, parseGitList } from './gitConfigText.ts';

/** Settings that say who the user is and how git behaves, and that run nothing and name no file of the host. */
export const HARMLESS = new Set([
  'user.name',
  'user.email',
  'author.name',
  'author.email',
  'committer.name',
  'committer.email',
  'init.defaultbranch',
  'pull.rebase',
  'pull.ff',
  'push.default',
  'push.autosetupremote',
  'push.followtags',
  'fetch.prune',
  'merge.conflictstyle',
  'merge.ff',
  'rebase.autosquash',
  'rebase.autostash',
  'rebase.updaterefs',
  'rerere.enabled',
  'core.autocrlf',
  'core.eol',
  'core.abbrev',
  'core.quotepath',
  'commit.verbose',
  'diff.algorithm',
  'diff.colormoved',
  'diff.mnemonicprefix',
  'diff.renames',
  'diff.submodule',
  'log.date',
  'log.abbrevcommit',
  'log.decorate',
  'status.short',
  'status.branch',
  'status.showuntrackedfiles',
  'branch.sort',
  'tag.sort',
  'column.ui',
]);

/**
 * The file ~/.gitconfig of a box: the harmless part of the host's own (includes not followed), then the client's identity,
 * and trust of every folder, since a box sees nothing but its own. A host without git, or with a broken file, gives less.
 */
export async function gitIdentity(
  profile: Profile,
  context: Pick<Context, 'env' | 'paths' | 'execute'>,
): Promise<Frame> {
  const host = await hostSettings(context);
  const client: GitSetting[] = [
    ...(profile.git.name === undefined ? [] : [{ key: 'user.name', value: profile.git.name }]),
    ...(profile.git.email === undefined ? [] : [{ key: 'user.email', value: profile.git.email }]),
    { key: 'safe.directory', value: '*' },
  ];
  const content = gitConfigText([...host.filter((setting) => isHarmless(setting, profile)), ...client]);
  return { op: 'file', path: `${HOME}/.gitconfig`, mode: '600', when: 'always', content };
}

/** `author` and `committer` would win over the client's identity. */
function isHarmless({ key, value }: GitSetting, profile: Pick<Profile, 'git'>): boolean {
  const name = key.toLowerCase();
  const hasIdentity = profile.git.name !== undefined || profile.git.email !== undefined;
  if (hasIdentity && /^(author|committer)\./.test(name)) return false;
  if (/^color\.[a-z.]+$/.test(name)) return true;
  if (/^alias\.[a-z][a-z0-9-]*$/.test(name)) return value !== undefined && !value.trimStart().startsWith('!');
  return HARMLESS.has(name);
}

async function hostSettings({ env, paths, execute }: Pick<Context, 'env' | 'paths' | 'execute'>) {
  const settings: GitSetting[] = [];
  for (const file of hostFiles(env, paths.home)) {
    if (!(await isFile(file))) continue;
    // From `/`, so that no repository, which somebody else may have written, has a say.
    const argv = ['git', 'config', '--file', file, '--no-includes', '--list', '-z'];
    // Nor does the caller's environment, whose secrets are none of git's business.
    const result = await execute(argv, { timeout: 10_000, cwd: '/', env: { PATH: env['PATH'], HOME: paths.home } });
    if (result.code === 0) settings.push(...parseGitList(result.stdout));
  }
  return settings;
}

/** The files git reads for the user, the weakest first. */
function hostFiles(env: Readonly<Record<string, string | undefined>>, home: string): readonly string[] {
  const named = env['GIT_CONFIG_GLOBAL'];
  if (named !== undefined) return named === '' ? [] : [named];
  return [join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'git/config'), join(home, '.gitconfig')];
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
