import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOME } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { rulesOf } from '../network/policy/parse.ts';
import { hostKeys } from './hostKeys.ts';

const OF_THE_MACHINE = '/etc/ssh/ssh_known_hosts';
const OF_THE_BOX = `${HOME}/.ssh/known_hosts`;

/**
 * What lets ssh in a box know hosts without a question. With a gateway: what the caller's ~/.ssh/known_hosts and the machine's
 * (`machine`) tell of hosts that the rules let ssh reach. Otherwise, with `ssh_agent`: a copy of the caller's. No key of the
 * caller's own, and nothing where nothing is known. Throws UserError('config') for a text that is no rule.
 */
export async function knownHosts(
  profile: Pick<Profile, 'sshAgent' | 'network' | 'allow' | 'deny'>,
  { paths }: { readonly paths: Pick<Context['paths'], 'home'> },
  machine = OF_THE_MACHINE,
): Promise<readonly Frame[]> {
  const own = join(paths.home, '.ssh', 'known_hosts');
  if (profile.network === 'gateway') {
    const texts = await Promise.all([own, machine].map(textOf));
    const content = hostKeys(texts.join('\n'), rulesIn(profile));
    return content === '' ? [] : [fileOf(content, '600')];
  }
  const content = profile.sshAgent ? await textOf(own) : undefined;
  return content === undefined ? [] : [fileOf(content, '400')];
}

/** Of presets only what they always have: no registry of this machine is one for ssh. */
const rulesIn = ({ allow, deny }: Pick<Profile, 'allow' | 'deny'>) => [
  ...deny.flatMap(({ text, from }) => rulesOf(text, { verdict: 'deny', from }, {})),
  ...allow.flatMap(({ text, from }) => rulesOf(text, { verdict: 'allow', from }, {})),
];

const fileOf = (content: string, mode: string): Frame => ({
  op: 'file',
  path: OF_THE_BOX,
  mode,
  when: 'always',
  content,
});

const textOf = (file: string) => readFile(file, 'utf8').catch(() => undefined);
