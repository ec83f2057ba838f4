import type { Agent } from '../agents/agent.ts';
import { credentialNames } from '../agents/serving.ts';
import type { Credential, Profile } from '../config/profile.ts';

/** A configured credential with its name. */
export interface Named {
  readonly name: string;
  readonly credential: Credential;
}

/**
 * The configured credentials that an agent gets: those that name it in `agents`; else those whose name it understands;
 * else, when no agent understands the name, every agent gets it. Pure.
 */
export function credentialsFor(profile: Profile, agent: Agent, all: readonly Agent[]): readonly Named[] {
  const claimed = new Set(all.flatMap((other) => credentialNames(profile, other)));
  const own = credentialNames(profile, agent);
  return Object.entries(profile.credentials)
    .filter(([name, { agents }]) => {
      if (agents !== undefined) return agents.includes(agent.name);
      return claimed.has(name) ? own.includes(name) : true;
    })
    .map(([name, credential]) => ({ name, credential }));
}
