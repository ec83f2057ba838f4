import type { Agent } from '../agents/agent.ts';
import type { Profile, Provider } from '../config/profile.ts';
import { UserError } from '../errors.ts';

const IN_CONFIG = { baseUrl: 'base_url', headers: 'headers', query: 'query' } as const;

/**
 * Refuses what an agent cannot do of the provider that the profile names for it: a provider it does not have, and an
 * endpoint, headers or parameters it cannot express. Pure; throws UserError('config') that says what is possible.
 */
export function checkProvider(profile: Pick<Profile, 'client' | 'providers'>, agent: Agent): void {
  const provider = profile.providers[agent.name];
  if (provider === undefined) return;
  const has = Object.keys(agent.providers);
  const wiring = agent.providers[provider.name];
  const place = `config.yaml, client ${profile.client}: providers.${agent.name}`;
  if (wiring === undefined) {
    throw new UserError('config', `${agent.title} cannot be served by ${provider.name}`, {
      why: has.length === 0 ? 'it needs no provider' : `its providers are: ${has.join(', ')}`,
      next: [has.length === 0 ? `remove ${place}` : `in ${place}: name: ${has[0]}`],
    });
  }
  const unknown = given(provider).filter((setting) => !wiring.takes.includes(setting));
  if (unknown.length === 0) return;
  const takes = wiring.takes.map((setting) => IN_CONFIG[setting]);
  const names = unknown.map((setting) => IN_CONFIG[setting]).join(' and ');
  throw new UserError('config', `${agent.title} with ${provider.name} cannot be given ${names}`, {
    why: takes.length === 0 ? 'it takes the usual endpoint only' : `it takes: ${takes.join(', ')}`,
    next: [`in ${place}: remove ${names}`],
  });
}

function given({ baseUrl, headers, query }: Provider): readonly (keyof typeof IN_CONFIG)[] {
  return [
    ...(baseUrl === undefined ? [] : (['baseUrl'] as const)),
    ...(Object.keys(headers).length === 0 ? [] : (['headers'] as const)),
    ...(Object.keys(query).length === 0 ? [] : (['query'] as const)),
  ];
}
