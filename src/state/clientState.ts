import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CLIENT_NAME } from '../config/names.ts';
import { agentStateDir, clientDir, historyDir, type Paths, scratchDir, secretsDir } from '../config/paths.ts';
import type { Caller } from '../context.ts';
import { UserError } from '../errors.ts';
import { giveTree, type Owner } from './giveTree.ts';
import { ownDirectory, privateDirectory } from './privateDirectory.ts';
import { orStateTrouble } from './trouble.ts';

/**
 * Makes sure of the directories (0700) that a box of the client and agent gets, with `scratch` that of `run --scratch` too.
 * When root calls, the agent's state, the history and that folder, with all in them, become `owner`'s. Throws
 * UserError('state') when one is a link or another user's.
 */
export async function ensureClientState(
  paths: Paths,
  client: string,
  agent: string,
  caller: Pick<Caller, 'uid'>,
  owner: Owner,
  scratch = false,
): Promise<void> {
  const state = agentStateDir(paths, client, agent);
  const own = clientDir(paths, client);
  await privateDirectory(paths.dataDir);
  const forBox = [state, historyDir(paths, client), ...(scratch ? [scratchDir(paths, client)] : [])];
  for (const directory of [dirname(own), own, dirname(state), ...forBox]) {
    const now = await ownDirectory(directory);
    if (caller.uid !== 0 && now.uid !== caller.uid) {
      throw new UserError('state', `${directory} belongs to another user (${now.uid})`, {
        why: 'agentbox was once called by that user, perhaps with sudo',
        next: [`sudo chown -R ${caller.uid} ${paths.dataDir}`],
      });
    }
    if (caller.uid === 0 && forBox.includes(directory) && (now.uid !== owner.uid || now.gid !== owner.gid))
      await giveTree(directory, owner);
  }
}

/** The clients that have state, sorted. */
export function clientsWithState(paths: Paths): Promise<string[]> {
  return directoriesIn(join(paths.dataDir, 'clients'));
}

/** The agents of a client that have state, sorted. */
export function agentsWithState(paths: Paths, client: string): Promise<string[]> {
  return directoriesIn(join(clientDir(paths, client), 'agents'));
}

/** Removes an agent's settings, conversations and login, or all of the client's and its history when no agent is named. */
export async function resetState(paths: Paths, client: string, agent: string | undefined): Promise<void> {
  if (agent !== undefined) return await removeTree(agentStateDir(paths, client, agent));
  await removeTree(join(clientDir(paths, client), 'agents'));
  await removeTree(historyDir(paths, client));
}

/** Removes everything that a client has on this machine but its part of config.yaml. */
export async function removeState(paths: Paths, client: string): Promise<void> {
  await removeTree(secretsDir(paths, client));
  await removeTree(clientDir(paths, client));
}

/** Links are removed, never followed; nothing there is fine. */
async function removeTree(path: string): Promise<void> {
  await orStateTrouble(`cannot remove all of ${path}`, () => rm(path, { recursive: true, force: true }));
}

async function directoriesIn(path: string): Promise<string[]> {
  const entries = await orStateTrouble(`cannot read ${path}`, () =>
    readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    }),
  );
  return entries
    .filter((entry) => entry.isDirectory() && CLIENT_NAME.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}
