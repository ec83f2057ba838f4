import type { Profile } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { HostFacts } from './facts.ts';
import { howToReach, reachesHostSockets, whyUnreached } from './hostSockets.ts';
import type { Mount } from './spec.ts';

const TARGET = '/ssh-agent';
/** The socket's name in the shared directory. */
export const SSH_SOCKET = 'agent.sock';
/** Where programs in the box find the SSH agent. */
export const SSH_AUTH_SOCK = `${TARGET}/${SSH_SOCKET}`;

/** True when the box gets the caller's SSH agent. */
export function hasSshAgent(profile: Pick<Profile, 'sshAgent'>): boolean {
  return profile.sshAgent;
}

/**
 * The directory with the socket of the SSH agent, none when the client does not share it. Pure; throws UserError('refused')
 * where it cannot be, UserError('config') when there is no agent.
 */
export function sshAgentMounts(
  profile: Pick<Profile, 'sshAgent'>,
  { engine, platform, sshAgent }: HostFacts,
  { detach, runtime }: { readonly detach: boolean; readonly runtime: string | undefined },
): readonly Mount[] {
  if (!hasSshAgent(profile)) return [];
  if (platform !== 'linux' || engine.desktop) {
    throw refused('boxes run in a virtual machine here, and no socket of this machine reaches into it');
  }
  if (engine.selinux) throw refused('SELinux lets no box connect to a socket of this machine');
  if (detach)
    throw refused('agentbox itself passes requests on, and with --detach it is gone', ['run without --detach']);
  if (runtime !== undefined && !reachesHostSockets(engine, runtime)) {
    throw refused(whyUnreached(runtime), howToReach(engine, runtime));
  }
  if (sshAgent.socket === undefined) {
    throw new UserError('config', 'ssh_agent: there is no SSH agent here', {
      why: 'SSH_AUTH_SOCK is not set',
      next: ['eval "$(ssh-agent)" && ssh-add', 'or take ssh_agent out of the client'],
    });
  }
  return [{ source: sshAgent.directory, target: TARGET, write: false, relabel: false, purpose: 'ssh agent' }];
}

function refused(why: string, next: readonly string[] = []): UserError {
  const out = 'take ssh_agent out of the client';
  return new UserError('refused', 'ssh_agent: this box cannot use your SSH agent', { why, next: [...next, out] });
}
