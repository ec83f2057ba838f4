import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOME } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';

/**
 * With `ssh_agent`, a copy of the caller's ~/.ssh/known_hosts, so that ssh in the box knows the hosts that the caller knows
 * and asks nothing; no key, and none where there is no such file.
 */
export async function knownHosts(
  profile: Pick<Profile, 'sshAgent'>,
  { paths }: Pick<Context, 'paths'>,
): Promise<readonly Frame[]> {
  if (!profile.sshAgent) return [];
  const content = await readFile(join(paths.home, '.ssh', 'known_hosts'), 'utf8').catch(() => undefined);
  if (content === undefined) return [];
  return [{ op: 'file', path: `${HOME}/.ssh/known_hosts`, mode: '400', when: 'always', content }];
}
