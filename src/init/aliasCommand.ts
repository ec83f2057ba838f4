import { agentOf } from '../agents/index.ts';
import { clientSettings } from '../config/merge.ts';
import type { Context } from '../context.ts';
import { print, say } from '../ui/io.ts';
import { aliasLine, type Shell, shellOf, startFile } from './alias.ts';
import { short } from './tell.ts';

const USUAL_NAME = 'cb';

/** The options of `agentbox init --alias`; rules are checked. */
export interface AliasOptions {
  /** True: with the usual name. */
  readonly alias: string | true;
  readonly shell?: Shell;
  readonly client?: string;
  /** The first counts. */
  readonly agent?: readonly string[];
  readonly workspace?: string;
  readonly engine?: string;
  readonly allow?: readonly string[];
}

/**
 * Prints one line that makes a word run a client, and where it goes on standard error. Throws UsageError for an unknown shell or what is no
 * name, and UserError('config') for a client that is not there.
 */
export async function printAlias(context: Context, flags: AliasOptions): Promise<void> {
  const { io, env, paths, platform } = context;
  const shell = flags.shell ?? shellOf(env['SHELL']);
  if (flags.client !== undefined) clientSettings(await context.config(), flags.client);
  const { allow = [] } = flags;
  const name = typeof flags.alias === 'string' ? flags.alias : USUAL_NAME;
  const line = aliasLine(shell, name, [
    'agentbox',
    'run',
    ...(flags.client === undefined ? [] : ['--client', flags.client]),
    ...(flags.agent ?? []).slice(0, 1).flatMap((agent) => ['--agent', agentOf(agent).name]),
    ...(flags.workspace === undefined ? [] : ['--workspace', flags.workspace]),
    ...(flags.engine === undefined ? [] : ['--engine', flags.engine]),
    ...allow.flatMap((rule) => ['--allow', rule]),
  ]);
  print(io, line);
  const file = short(startFile(shell, { env, home: paths.home, platform }), paths.home);
  say(
    io,
    io.outIsTerminal ? `put it into ${file}; new shells have it then` : `a line for ${file}; new shells have it then`,
  );
}
