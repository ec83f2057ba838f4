import type { Agent } from '../agents/agent.ts';
import { AGENTS, agentOf } from '../agents/index.ts';
import { credentialNames, needsProvider, servingNames, wiringsOf } from '../agents/serving.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Profile } from '../config/profile.ts';
import { credentialsFor } from '../credentials/select.ts';
import type { Answers, Key } from './answers.ts';
import type { Asking } from './ask.ts';
import { usualName } from './keyFrom.ts';
import type { Choice } from './questions.ts';

type Keys = Pick<Answers, 'keys' | 'login' | 'logins' | 'later'>;
type Chosen = `env:${string}` | 'host' | 'typed' | 'own' | 'later';

const NOTHING: Keys = { keys: [], login: undefined, logins: [], later: [] };

/** Where each agent's credentials come from; not asked for an agent that has some. */
export async function askKeys(asking: Asking, profile: Profile, agents: readonly string[]): Promise<Keys> {
  if (asking.given.keyFrom !== undefined) return givenKeys(asking, agents);
  let all = NOTHING;
  for (const agent of agents.map(agentOf)) {
    const known = { ...profile, login: all.login ?? profile.login };
    const one = await askOne(asking, known, agent, all.keys);
    all = {
      keys: [...all.keys, ...one.keys],
      login: all.login ?? one.login,
      logins: [...all.logins, ...one.logins],
      later: [...all.later, ...one.later],
    };
  }
  return all;
}

function givenKeys({ given }: Asking, agents: readonly string[]): Keys {
  const all = given.keyFrom ?? [];
  const logins = all.flatMap((from) => ('login' in from ? [from.login] : []));
  return {
    keys: all.flatMap((from) => ('key' in from ? [from.key] : [])),
    login: logins.includes('host') ? 'host' : undefined,
    logins: logins.includes('own') ? agents.filter((name) => agentOf(name).login !== undefined) : [],
    later: all.every((from) => 'nothing' in from) ? agents.filter((name) => needsProvider(agentOf(name))) : [],
  };
}

async function askOne(
  { found, questions, hasLogin }: Asking,
  profile: Profile,
  agent: Agent,
  chosen: readonly Key[],
): Promise<Keys> {
  const names = servingNames(profile, agent);
  const has = [...chosen.map(({ name }) => name), ...credentialsFor(profile, agent, AGENTS).map(({ name }) => name)];
  const takesLogin = agent.login !== undefined && wiringsOf(profile, agent).some(({ login }) => login);
  const name = usualName(credentialNames(profile, agent));
  const isServed =
    !needsProvider(agent) ||
    // Who names a provider or a file of variables has said by hand what serves.
    profile.providers[agent.name] !== undefined ||
    profile.envFile !== undefined ||
    names.some((one) => has.includes(one) || one in profile.env) ||
    (takesLogin && hasLogin(profile, agent));
  if (isServed) return NOTHING;
  const isLoggedIn = takesLogin && found.logins.includes(agent.name);
  if (questions === undefined) {
    const byItself = profile.client === DEFAULT_CLIENT && names.some((one) => found.variables.includes(one));
    return byItself || (isLoggedIn && profile.login === 'host') ? NOTHING : { ...NOTHING, later: [agent.name] };
  }
  const kept = found.keychain.state === 'ready' ? 'kept in the keychain' : 'kept in a file (0600), not encrypted';
  const choices: readonly Choice<Chosen>[] = [
    ...names
      .filter((one) => found.variables.includes(one))
      .map((one) => ({ value: `env:${one}` as const, label: `${one} of your environment`, hint: 'read at each run' })),
    ...(isLoggedIn
      ? [
          {
            value: 'host' as const,
            label: 'a copy of your login on this machine',
            hint: 'it cannot log you out, and ends after hours',
          },
        ]
      : []),
    ...(takesLogin
      ? [{ value: 'own' as const, label: 'a login of its own', hint: 'you log in once, in the box' }]
      : []),
    ...(name === undefined ? [] : [{ value: 'typed' as const, label: 'a key that you type in', hint: kept }]),
    { value: 'later', label: 'none yet' },
  ];
  const [first] = choices;
  const answer = await questions.one<Chosen>({
    message: `What does ${agent.title} work with?`,
    choices,
    initial: first?.value ?? 'later',
  });
  return asKeys(answer, profile, agent.name, { name, kept: found.keychain.state === 'ready' ? 'keychain' : 'file' });
}

function asKeys(
  answer: Chosen,
  { client }: Profile,
  agent: string,
  typed: { readonly name: string | undefined; readonly kept: 'keychain' | 'file' },
): Keys {
  if (answer === 'host') return { ...NOTHING, login: 'host' };
  if (answer === 'own') return { ...NOTHING, logins: [agent] };
  if (answer === 'later') return { ...NOTHING, later: [agent] };
  if (answer === 'typed' && typed.name !== undefined)
    return { ...NOTHING, keys: [{ name: typed.name, source: { store: typed.kept } }] };
  // Client default looks there by itself.
  if (!answer.startsWith('env:') || client === DEFAULT_CLIENT) return NOTHING;
  const env = answer.slice('env:'.length);
  return { ...NOTHING, keys: [{ name: env, source: { env } }] };
}
