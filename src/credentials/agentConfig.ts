import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import { AGENT_CONFIG } from '../plan/box.ts';

/**
 * Links from the agent's state directory to the read-only configuration folder of the client, one for each entry that the
 * agent knows and the folder has. Throws UserError('config') when the folder is not there.
 */
export async function agentConfigLinks(profile: Profile, agent: Agent): Promise<readonly Frame[]> {
  const folder = profile.agentConfig[agent.name];
  if (folder === undefined) return [];
  const isDirectory = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isDirectory) {
    throw new UserError('config', `agent_config of ${agent.name}: there is no directory ${folder}`, {
      next: [`mkdir -p ${folder}`, 'or correct agent_config in config.yaml'],
    });
  }
  const there = await Promise.all(
    agent.configEntries.map((entry) =>
      lstat(join(folder, entry)).then(
        () => [entry],
        () => [],
      ),
    ),
  );
  return there
    .flat()
    .map((entry): Frame => ({ op: 'link', path: `${agent.stateDir}/${entry}`, target: `${AGENT_CONFIG}/${entry}` }));
}
