import { lstat, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { AGENT_NAMES, AGENTS } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { clientSettings, profileOf } from '../config/merge.ts';
import { CLIENT_NAME, DEFAULT_CLIENT } from '../config/names.ts';
import { clientDir, scratchDir } from '../config/paths.ts';
import type { Credential } from '../config/profile.ts';
import { rowsOf } from '../config/rows.ts';
import type { Context } from '../context.ts';
import { UsageError, UserError } from '../errors.ts';
import { print, printJson, say } from '../ui/io.ts';
import { fittedTable } from '../ui/table.ts';
import { settle } from '../workspace/settle.ts';
import { agentsWithState, clientsWithState, removeState, resetState } from './clientState.ts';
import { exportClient } from './exportClient.ts';
import { withLock } from './lock.ts';
import { enginesHere, refuseWhileRunning } from './running.ts';
import { refuseUnreviewed, removeWorkspaces } from './unreviewed.ts';

interface JsonOption {
  readonly json?: boolean;
}
interface YesOption {
  readonly yes?: boolean;
}
interface ForceOption {
  /** Work in workspaces that nobody has reviewed does not hinder it. */
  readonly force?: boolean;
}

/** Adds a client to config.yaml; `project` are directories, relative to where the caller is. */
export async function add(
  context: Context,
  client: string,
  options: { readonly project: readonly string[] },
): Promise<void> {
  if (!CLIENT_NAME.test(client)) {
    throw new UsageError(`"${client}" is no name of a client`, ['lower case, digits and -, at most 31, such as acme']);
  }
  const projects = options.project.map((directory) => resolve(context.cwd, directory));
  for (const project of projects) {
    const isDirectory = await stat(project).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isDirectory)
      throw new UserError('project', `there is no directory ${project}`, {
        next: [`mkdir ${project}`, 'or name another folder'],
      });
  }
  const { addClient } = await import('../config/edit.ts');
  await addClient(context.paths, client, projects);
  say(context.io, `client ${client} is in ${context.paths.configFile}`);
  say(context.io, `next: agentbox login --client ${client}, or agentbox creds set NAME --client ${client}`);
}

/** Prints the clients of the configuration and those that only have state. */
export async function list(context: Context, options: JsonOption): Promise<void> {
  const config = await context.config();
  const withState = await clientsWithState(context.paths);
  const names = [...new Set([DEFAULT_CLIENT, ...config.clients.keys(), ...withState])].sort();
  const rows = await Promise.all(
    names.map(async (client) => {
      const configured = client === DEFAULT_CLIENT || config.clients.has(client);
      const profile = configured ? profileOf(config, client, NO_FLAGS, AGENT_NAMES).profile : undefined;
      const used = await agentsWithState(context.paths, client);
      return { client, configured, agents: profile?.agents ?? [], projects: profile?.projects ?? [], state: used };
    }),
  );
  if (options.json) return printJson(context.io, rows);
  const lines = rows.map(({ client, configured, agents: may, projects, state }) => [
    client,
    configured ? may.join(', ') : '(not in the configuration)',
    state.join(', ') || '-',
    projects.join(', ') || '-',
  ]);
  print(context.io, fittedTable(context.io, ['CLIENT', 'AGENTS', 'STATE OF', 'PROJECTS'], lines));
}

/** Prints where a client's state is, of which agents, and all of its settings; never a secret. */
export async function show(context: Context, client: string, options: JsonOption): Promise<void> {
  const rows = rowsOf(profileOf(await context.config(), client, NO_FLAGS, AGENT_NAMES));
  const directory = clientDir(context.paths, client);
  const state = await agentsWithState(context.paths, client);
  const scratch = (await isThere(scratchDir(context.paths, client))) ? scratchDir(context.paths, client) : undefined;
  if (options.json) return printJson(context.io, { client, directory, state, scratch, settings: rows });
  const lines = rows.map(({ setting, value, from }) => [setting, value, from]);
  print(context.io, `client ${client}\nstate of ${state.join(', ') || 'no agent yet'} in ${directory}`);
  print(context.io, scratch === undefined ? '' : `scratch folder ${scratch}\n`);
  print(context.io, fittedTable(context.io, ['SETTING', 'VALUE', 'FROM'], lines));
}

/**
 * Removes a client: its state, its stored secrets and its part of config.yaml. Asks first; refuses while its boxes run, and
 * unless forced while work of theirs is not reviewed.
 * Throws UserError('credentials') at the end when a keychain keeps some of the secrets.
 */
export async function remove(context: Context, client: string, options: YesOption & ForceOption): Promise<void> {
  await mustExist(context, client);
  if (client === DEFAULT_CLIENT) {
    throw new UserError('refused', 'client default always exists', { next: ['agentbox client reset default'] });
  }
  if (!options.force) await settleAndRefuse(context, client, `agentbox client rm --force ${client}`);
  const scratch = (await isThere(scratchDir(context.paths, client))) ? ', and all files of its scratch folder' : '';
  const what = `Remove client ${client} with its logins, secrets, conversations, settings and history${scratch}?`;
  if (!(await agreed(context, what, options))) return;
  const { credentials = {} } = (await context.config()).clients.get(client) ?? {};
  const { removeSecrets, leftInKeychain } = await import('../credentials/removeSecrets.ts');
  const left = await whileNothingRuns(context, client, async () => {
    const kept = await removeSecrets(context, client, credentials);
    const { endGateway } = await import('../network/keeper/endGateway.ts');
    if (!options.force) await refuseUnreviewed(context, client, `agentbox client rm --force ${client}`);
    await removeWorkspaces(context, client);
    for (const engine of await enginesHere(context)) await endGateway(context, client, engine);
    await removeState(context.paths, client);
    return kept;
  });
  const { removeClient } = await import('../config/edit.ts');
  await removeClient(context.paths, client);
  if (left !== undefined) throw leftInKeychain(client, left, context.platform);
  say(context.io, `client ${client} is gone`);
}

/**
 * Removes what an agent (or every agent) of a client has stored. Asks first; refuses while the client's boxes run, and unless
 * forced while work of theirs is not reviewed: the conversations that belong to it would be gone.
 */
export async function reset(
  context: Context,
  client: string,
  options: YesOption & ForceOption & { readonly agent?: string },
): Promise<void> {
  await mustExist(context, client);
  const { agent } = options;
  const known = await agentsWithState(context.paths, client);
  if (agent !== undefined && !known.includes(agent)) {
    const why = known.length === 0 ? 'it has none at all' : `it has state of: ${known.join(', ')}`;
    throw new UserError('state', `client ${client} has no state of agent ${agent}`, { why });
  }
  if (!options.force) await settleAndRefuse(context, client, `agentbox client reset --force ${client}`);
  const whose =
    agent === undefined ? `all agents of client ${client}, and its history` : `${agent} of client ${client}`;
  if (!(await agreed(context, `Remove logins, conversations and settings of ${whose}?`, options))) return;
  await whileNothingRuns(context, client, () => resetState(context.paths, client, agent));
  say(context.io, `removed the state of ${whose}`);
  const scratch = scratchDir(context.paths, client);
  if (agent === undefined && (await isThere(scratch))) say(context.io, `its scratch folder stays: ${scratch}`);
}

/** Writes a client's state to a new tar.gz and prints its path. Login files are left out unless `withLogins`. */
export async function exportState(
  context: Context,
  client: string,
  options: { readonly output?: string; readonly withLogins?: boolean },
): Promise<void> {
  await mustExist(context, client);
  const stamp = context.now().toISOString().slice(0, 19).replaceAll(':', '');
  const file = resolve(context.cwd, options.output ?? `agentbox-${client}-${stamp}.tar.gz`);
  const { credentials = {} } = (await context.config()).clients.get(client) ?? {};
  const leaveOut = options.withLogins ? [] : secretFiles(credentials);
  await whileNothingRuns(context, client, () => exportClient(context.paths, client, file, leaveOut));
  print(context.io, file);
  say(
    context.io,
    options.withLogins ? 'it holds logins: keep it as you keep a password' : 'logins are left out (--with-logins)',
  );
}

/** Files with secrets, relative to a client's directory: agents' logins, and credentials delivered into their state. */
function secretFiles(credentials: Readonly<Record<string, Credential>>): string[] {
  const delivered = Object.values(credentials).flatMap(({ deliver }) =>
    typeof deliver === 'object' ? [deliver.file] : [],
  );
  return AGENTS.flatMap(({ name, stateDir, login }) => {
    const inside = delivered.map((file) => relative(stateDir, file)).filter((file) => !file.startsWith('..'));
    return [...(login === undefined ? [] : [login.file]), ...inside].map((file) => join('agents', name, file));
  });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Throws for a client that has neither a part of the configuration nor state. */
async function mustExist(context: Context, client: string): Promise<void> {
  if ((await clientsWithState(context.paths)).includes(client)) return;
  clientSettings(await context.config(), client);
}

async function agreed(context: Context, question: string, options: YesOption): Promise<boolean> {
  return options.yes === true || (await context.prompter.confirm(question, '--yes'));
}

/** Before anything is asked: what can come back does, and what nobody has reviewed ends it. */
async function settleAndRefuse(context: Context, client: string, force: string): Promise<void> {
  await refuseWhileRunning(context, client);
  await settle(context, client);
  await refuseUnreviewed(context, client, force);
}

/** The lock is the one that a run holds while it makes its box, so that none comes up in between. */
async function whileNothingRuns<T>(context: Context, client: string, act: () => Promise<T>): Promise<T> {
  return await withLock(clientDir(context.paths, client), async () => {
    await refuseWhileRunning(context, client);
    return await act();
  });
}
