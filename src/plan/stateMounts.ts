import type { Agent } from '../agents/agent.ts';
import { agentStateDir } from '../config/paths.ts';
import type { Profile } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { HostFacts, SharedDirectory } from './facts.ts';
import { guardSource } from './guard.ts';
import type { Mount } from './spec.ts';
import type { BoxUser } from './user.ts';

/**
 * What a box has as its agent's state: the client's own directory, or the agent's directory on the host with what the
 * host runs of it read-only. Pure; throws UserError('refused') where that directory must not be shared.
 */
export function stateMounts(profile: Profile, agent: Agent, user: BoxUser, facts: HostFacts): readonly Mount[] {
  const { shared } = facts;
  const target = agent.stateDir;
  if (shared === undefined) {
    const source = agentStateDir(facts.paths, profile.client, agent.name);
    return [{ source, target, write: true, relabel: facts.engine.selinux, purpose: 'state' }];
  }
  guardSource('share_host_login', shared.path, profile.client, facts);
  const owner = refusedOwner(shared, user, facts);
  if (owner !== undefined) throw refused(shared.path, owner);
  if (profile.agentConfig[agent.name] !== undefined) {
    throw refused(shared.path, 'agent_config would put links into it that lead nowhere on this machine');
  }
  const delivered = Object.entries(profile.credentials).find(
    ([, { deliver }]) => typeof deliver === 'object' && deliver.file.startsWith(`${target}/`),
  );
  if (delivered !== undefined) throw refused(shared.path, `${delivered[0]} would be written into it, for all to see`);
  // Never relabelled: the label would shut out the host's other programs and clients.
  return [
    { source: shared.path, target, write: true, relabel: false, purpose: 'state, shared with this machine' },
    ...shared.covered.map(({ name }) => ({
      source: `${shared.path}/${name}`,
      target: `${target}/${name}`,
      write: false,
      relabel: false,
      purpose: 'what this machine runs of it',
    })),
  ];
}

/** Why the directory's owner is not one to share it with a box, undefined when all is well. */
function refusedOwner(shared: SharedDirectory, user: BoxUser, { caller, engine }: HostFacts): string | undefined {
  if (caller.uid !== 0 && shared.uid !== caller.uid) return `it belongs to another user (${shared.uid})`;
  if (caller.uid !== 0 || engine.desktop || shared.uid === user.uid) return undefined;
  return `it belongs to user ${shared.uid}, and the box runs as ${user.uid}, the owner of the project`;
}

function refused(path: string, why: string): UserError {
  return new UserError('refused', `share_host_login: ${path} cannot be shared with this box`, {
    why,
    next: ['take share_host_login out of the client; login: host copies the login instead'],
  });
}
