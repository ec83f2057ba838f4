import type { Agent } from '../agents/agent.ts';
import { agentStateDir } from '../config/paths.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';

/** The agent's own directory on the host when the client shares it (`share_host_login`), else undefined. */
export function hostDirectoryOf(
  profile: Pick<Profile, 'shareHostLogin'>,
  agent: Agent,
  { env, paths }: Pick<Context, 'env' | 'paths'>,
): string | undefined {
  return profile.shareHostLogin ? agent.hostDirectory?.path(env, paths.home) : undefined;
}

/** That `share_host_login` is not there for an agent, and why, in words. */
export function notShared({ client }: Pick<Profile, 'client'>, { title, unshared }: Agent) {
  return {
    what: `share_host_login is not there for ${title}`,
    why: unshared,
    next: [`take share_host_login out of client ${client}`],
  };
}

/** The directory of the host that is the agent's state in the box: the client's own, or the one that it shares. */
export function stateDirOf(
  profile: Pick<Profile, 'client' | 'shareHostLogin'>,
  agent: Agent,
  context: Pick<Context, 'env' | 'paths'>,
): string {
  return hostDirectoryOf(profile, agent, context) ?? agentStateDir(context.paths, profile.client, agent.name);
}
