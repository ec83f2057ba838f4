import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { PLAIN_RUN } from '../box/plainRun.ts';
import type { RunCommand } from '../box/run.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import type { Caller, Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { ORDINARY_USER } from '../plan/user.ts';
import { checkProvider } from '../providers/check.ts';
import { clientHere } from './clientHere.ts';

/** The flags of `agentbox login`. */
export interface LoginOptions {
  readonly client?: string;
  readonly agent?: string;
  readonly engine?: 'docker' | 'podman';
}

/**
 * Runs an agent's own login in a box of the client, by `run`; gives its exit code. Throws UsageError without a terminal,
 * and for an agent that has no login.
 */
export async function login(
  context: Context,
  options: LoginOptions & { readonly dir: string | undefined },
  run: (context: Context, request: RunCommand) => Promise<number>,
): Promise<number> {
  if (!context.io.inIsTerminal || !context.io.outIsTerminal) {
    throw new UsageError('a login needs a terminal', [
      'run it in a terminal',
      'or configure credentials: agentbox creds',
    ]);
  }
  const client = await clientHere(context, options.client);
  const flags = { ...NO_FLAGS, client, agent: options.agent, engine: options.engine };
  const { profile } = profileOf(await context.config(), client, flags, AGENT_NAMES);
  const agent = agentOf(profile.agent);
  checkProvider(profile, agent);
  if (agent.login === undefined) {
    throw new UsageError(`${agent.title} has no login`, ['agentbox login --agent claude']);
  }
  const named = profile.providers[agent.name]?.name;
  if (named !== undefined && agent.providers[named]?.login !== true) {
    throw new UsageError(`${agent.title} with ${named} has no login`, ['agentbox creds']);
  }
  const { command } = agent.login;
  return inFolder(context.caller, options.dir, (dir) =>
    run(context, {
      ...PLAIN_RUN,
      flags: { ...flags, agent: agent.name },
      dir,
      command,
      login: true,
    }),
  );
}

/** A login needs no project, and a shell is often in the home directory, which no box may see. */
async function inFolder<T>(
  caller: Pick<Caller, 'uid'>,
  dir: string | undefined,
  act: (dir: string) => Promise<T>,
): Promise<T> {
  if (dir !== undefined) return act(dir);
  const empty = await mkdtemp(join(tmpdir(), 'agentbox-login-'));
  try {
    // A box never runs as root, so root's folder must be somebody's.
    if (caller.uid === 0) await chown(empty, ORDINARY_USER, ORDINARY_USER);
    return await act(empty);
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
}
