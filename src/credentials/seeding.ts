import type { Agent, FirstRunFacts } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { readPlainFile } from './plainFile.ts';
import { hostDirectoryOf, stateDirOf } from './stateDir.ts';
import { readStateFile } from './stateFile.ts';

const LIMIT = 16 * 1024 * 1024;

/** Whose first-run files, and what is there already. */
interface Seeding {
  readonly agent: Agent;
  readonly existing: (file: string) => string | undefined;
}

/**
 * The agent as it seeds the state of a client. In a directory of the host that the client shares it writes only files that
 * boxes alone use, which begin with a few harmless entries of the host's own; the host's settings stay the host's.
 * There `firstRun` throws UserError('refused') for a run that needs others.
 */
export function seeding(
  profile: Pick<Profile, 'client' | 'shareHostLogin'>,
  agent: Agent,
  context: Pick<Context, 'env' | 'paths'>,
): Seeding {
  const state = stateDirOf(profile, agent, context);
  const existing = (file: string) => readStateFile(state, file);
  const { hostDirectory } = agent;
  if (hostDirectory === undefined || hostDirectoryOf(profile, agent, context) === undefined) return { agent, existing };
  const { seeds, refuses } = hostDirectory;
  const { home } = context.paths;
  const firstRun = (facts: FirstRunFacts) => {
    const why = refuses?.(facts);
    if (why === undefined) return agent.firstRun(facts).filter(({ file }) => file in seeds);
    throw new UserError('refused', `share_host_login: ${state} does not go with what client ${profile.client} says`, {
      why,
      next: ['take share_host_login out of the client; login: host copies the login instead'],
    });
  };
  return {
    agent: { ...agent, firstRun },
    existing: (file) => {
      const seed = seeds[file];
      return existing(file) ?? (seed === undefined ? undefined : picked(seed.from(home), seed.keys));
    },
  };
}

/** Some entries of a JSON file of the host as JSON, undefined when there is none. */
function picked(path: string, keys: readonly string[]): string | undefined {
  try {
    const all: unknown = JSON.parse(readPlainFile(path, LIMIT)?.text ?? '');
    if (typeof all !== 'object' || all === null) return undefined;
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))));
  } catch {
    // A file that cannot be read, or is no JSON, has nothing to begin with.
    return undefined;
  }
}
