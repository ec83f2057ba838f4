import type { Agent } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { HostFacts } from './facts.ts';

type Where = Pick<HostFacts, 'platform' | 'shared'>;

/** One line for each thing that a client shares with this machine by consent; pure. */
export function sharingNotices(profile: Profile, agent: Agent, { platform, shared }: Where): readonly string[] {
  return [
    ...(shared === undefined ? [] : [directoryNotice(agent, shared.path, platform)]),
    ...(profile.shareRefresh && agent.login !== undefined && shared === undefined
      ? [refreshNotice(profile, agent)]
      : []),
    ...(profile.sshAgent ? ['ssh_agent: this box may sign with every key of your SSH agent while it runs'] : []),
  ];
}

function directoryNotice(agent: Agent, path: string, platform: NodeJS.Platform): string {
  const what = `share_host_login: ${agent.title} reads and writes ${path}, the history of all clients that share it included`;
  return platform === 'darwin' && agent.hostDirectory?.keychain
    ? `${what}; the login is in the keychain and is not shared`
    : what;
}

function refreshNotice(profile: Profile, agent: Agent): string {
  if (profile.login === 'own') return 'share_refresh has no effect without login: host';
  return `share_refresh: a copy of ${agent.title}’s login here can renew it; who renews it first logs the others out`;
}
