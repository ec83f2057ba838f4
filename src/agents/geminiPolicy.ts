import type { Permissions } from '../config/profile.ts';
import { UserError } from '../errors.ts';

/** As gemini calls it in permissions; the first is what the tool is called in rules. */
const SHELL = ['run_shell_command', 'ShellTool'];

/**
 * Permissions as rules of gemini's policy engine (TOML): deny before ask before allow, whatever the approval mode. An
 * entry is a tool (`write_file`, `mcp_server_*`) or the beginning of a command, `run_shell_command(git push)`. Gemini's
 * own list of excluded tools would pass over the second form. Throws UserError('config') for any other entry.
 */
export function geminiPolicy(permissions: Permissions | undefined): string {
  const { allow = [], ask = [], deny = [] } = permissions ?? {};
  return [
    '# Written by agentbox at each run, from permissions in config.yaml.\n',
    ...deny.map((entry) => rule(entry, 'deny', 900)),
    ...ask.map((entry) => rule(entry, 'ask_user', 800)),
    ...allow.map((entry) => rule(entry, 'allow', 700)),
  ].join('\n');
}

function rule(entry: string, decision: string, priority: number): string {
  const [, name = '', inner] = /^([\w*-]+)(?:\((.+)\))?$/.exec(entry) ?? [];
  if (name === '' || (inner !== undefined && !SHELL.includes(name))) throw notOne(entry);
  return [
    '[[rule]]',
    `toolName = ${JSON.stringify(SHELL.includes(name) ? SHELL[0] : name)}`,
    ...(inner === undefined ? [] : [`commandPrefix = ${JSON.stringify(inner)}`]),
    `decision = "${decision}"`,
    `priority = ${priority}`,
    '',
  ].join('\n');
}

function notOne(entry: string): UserError {
  return new UserError('config', `${JSON.stringify(entry)} is no permission of gemini`, {
    why: 'gemini knows tools by their names, and narrows only shell commands, by how they begin',
    next: ['permissions: { gemini: { deny: [write_file, "run_shell_command(git push)"] } }'],
  });
}
