import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';

/** The shells that an alias can be printed for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The shell of a variable SHELL such as /bin/zsh; throws UsageError for another. Pure. */
export function shellOf(variable: string | undefined): Shell {
  const name = basename(variable ?? '');
  const shell = SHELLS.find((known) => known === name);
  if (shell !== undefined) return shell;
  throw new UsageError(
    name === '' ? 'SHELL is not set, so it is not known which shell this is for' : `no alias is known for ${name}`,
    [`agentbox init --alias --shell ${SHELLS.join('|')}`],
  );
}

/** The line that makes `name` run argv, in the words of a shell. Throws UsageError for what is no name of an alias. Pure. */
export function aliasLine(shell: Shell, name: string, argv: readonly string[]): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) {
    throw new UsageError(`${JSON.stringify(name)} is no name for an alias`, ['letters, digits, _ and -, such as cb']);
  }
  const quoted = quote(shell, argv.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : quote(shell, word))).join(' '));
  return shell === 'fish' ? `alias ${name} ${quoted}` : `alias ${name}=${quoted}`;
}

/** The file that a shell reads when it starts. Pure. */
export function startFile(
  shell: Shell,
  {
    env,
    home,
    platform,
  }: { env: Readonly<Record<string, string | undefined>>; home: string; platform: NodeJS.Platform },
): string {
  if (shell === 'zsh') return join(env['ZDOTDIR'] || home, '.zshrc');
  if (shell === 'fish') return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'fish', 'config.fish');
  return join(home, platform === 'darwin' ? '.bash_profile' : '.bashrc');
}

function quote(shell: Shell, text: string): string {
  if (shell === 'fish') return `'${text.replace(/[\\']/g, '\\$&')}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
