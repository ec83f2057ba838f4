import type { Profile } from '../config/profile.ts';
import type { Agent, ProviderWiring } from './agent.ts';

/** The wirings that may serve an agent under a profile: that of the provider it names, else the agent's defaults. */
export function wiringsOf(profile: Pick<Profile, 'providers'>, agent: Agent): readonly ProviderWiring[] {
  const named = profile.providers[agent.name];
  const names = named === undefined ? agent.defaultProviders : [named.name];
  return names.flatMap((name) => agent.providers[name] ?? []);
}

/** The credential names that an agent takes under a profile, strongest first. */
export function credentialNames(profile: Pick<Profile, 'providers'>, agent: Agent): readonly string[] {
  return [...new Set(wiringsOf(profile, agent).flatMap(({ credentials }) => credentials))];
}

/** The same, and the names that serve it though they are not its own. */
export function servingNames(profile: Pick<Profile, 'providers'>, agent: Agent): readonly string[] {
  const others = wiringsOf(profile, agent).flatMap(({ alsoServedBy }) => alsoServedBy);
  return [...new Set([...credentialNames(profile, agent), ...others])];
}

/** True when the agent needs somebody to serve it. */
export function needsProvider(agent: Agent): boolean {
  return agent.defaultProviders.length > 0;
}
