import type { Context } from '../../context.ts';

/** What runs git of the host. */
export type HostGit = Pick<Context, 'execute' | 'env' | 'paths'>;

/** Milliseconds. */
const LIMIT = 20_000;

/** Nothing that a repository names is run, and nothing is fetched. */
const QUIET = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.pager=cat', 'protocol.allow=never'];

/**
 * What git prints when it reads the host's own repository or settings, undefined when it fails or is not there. It has none
 * of the caller's variables, whose secrets are none of its business, nor anybody's settings, and runs nothing.
 */
export async function hostGit(
  { execute, env, paths }: HostGit,
  args: readonly string[],
  cwd = '/',
): Promise<string | undefined> {
  const argv = ['git', '--no-pager', ...QUIET.flatMap((setting) => ['-c', setting]), ...args];
  const variables = {
    PATH: env['PATH'],
    HOME: paths.home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
  };
  const { code, stdout } = await execute(argv, { timeout: LIMIT, cwd, env: variables });
  return code === 0 ? stdout : undefined;
}
