import { HOME } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { Frame } from './payload.ts';

const CONTENT = `# This box has no network: ssh, and git over it, goes through the gateway.
Host * !localhost !127.0.0.1 !::1
    ProxyCommand /usr/local/lib/agentbox/connect %h %p
`;

/** What leads ssh in a box with a gateway there: its configuration, unless there is one. Pure. */
export function sshConfig({ network }: Pick<Profile, 'network'>): readonly Frame[] {
  if (network !== 'gateway') return [];
  return [{ op: 'file', path: `${HOME}/.ssh/config`, mode: '600', when: 'once', content: CONTENT }];
}
