import { needsProvider } from '../agents/serving.ts';
import { SSH_AUTH_SOCK } from '../plan/sshAgent.ts';
import type { CredentialRow } from './report.ts';
import type { CredentialRequest } from './resolved.ts';
import type { SourceDeps } from './sources/deps.ts';
import { hostDirectoryOf, notShared } from './stateDir.ts';

/** The rows of `agentbox creds` for what a client shares with this machine by consent; nothing is read. */
export function sharingRows(
  { profile, agent }: CredentialRequest,
  deps: Pick<SourceDeps, 'env' | 'paths'>,
): readonly CredentialRow[] {
  const row = (name: string, source: string, delivery: string): CredentialRow => ({
    ...{ client: profile.client, agent: agent.name, name, source, delivery },
    ...{ expires: undefined, state: 'ok', why: undefined, next: [] },
  });
  const directory = hostDirectoryOf(profile, agent, deps);
  const copies = profile.login === 'host' && directory === undefined && agent.login !== undefined;
  const socket = deps.env['SSH_AUTH_SOCK'];
  const unshared = profile.shareHostLogin && needsProvider(agent) && directory === undefined;
  return [
    ...(unshared ? [withoutDirectory(row('share_host_login', 'none', 'none'), notShared(profile, agent))] : []),
    ...(directory === undefined ? [] : [row('share_host_login', directory, `mounted writable at ${agent.stateDir}`)]),
    ...(profile.shareRefresh && copies
      ? [row('share_refresh', 'login of the host', 'copied with its refresh token')]
      : []),
    ...(profile.sshAgent
      ? [row('ssh_agent', socket ? `SSH agent, ${socket}` : 'SSH agent', `socket ${SSH_AUTH_SOCK}`)]
      : []),
  ].map((shared) => (shared.name === 'ssh_agent' && !socket ? withoutAgent(shared) : shared));
}

function withoutDirectory(row: CredentialRow, { what, why, next }: ReturnType<typeof notShared>): CredentialRow {
  return { ...row, state: 'missing', why: why ?? what, next };
}

function withoutAgent(row: CredentialRow): CredentialRow {
  return { ...row, state: 'missing', why: 'SSH_AUTH_SOCK is not set', next: ['eval "$(ssh-agent)" && ssh-add'] };
}
