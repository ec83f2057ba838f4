import { join } from 'node:path';
import type { Agent, AgentLogin } from '../agents/agent.ts';
import { AGENTS } from '../agents/index.ts';
import { claimsOf } from '../config/binding.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Profile } from '../config/profile.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import { readPlainFile } from '../credentials/plainFile.ts';
import { stateDirOf } from '../credentials/stateDir.ts';
import type { Failure, KeychainFacts } from '../doctor/facts.ts';
import { gatherKeychain } from '../doctor/keychain.ts';
import { settled } from '../doctor/settled.ts';
import type { EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { guardSource, isWithin } from '../plan/guard.ts';
import type { EngineKind } from '../plan/spec.ts';
import { lookAtProject, type ProjectLook } from './lookAtProject.ts';

/** What a wizard found by itself; no secret is among it. */
export interface Found {
  /** The real path of where the caller is. */
  readonly here: string;
  readonly project: ProjectLook;
  /** Why no box may have this folder as its project; undefined: one may. */
  readonly refused: string | undefined;
  /** The client that this folder belongs to. */
  readonly owner: string | undefined;
  /** The folder that a client may have for its own, here or around; undefined: none, or it has an owner. */
  readonly unclaimed: string | undefined;
  readonly engine: EngineFacts | undefined;
  readonly noEngine: Failure | undefined;
  /** The agents that are logged in on this machine. */
  readonly logins: readonly string[];
  /** The variables with keys that are set, by name. */
  readonly variables: readonly string[];
  readonly keychain: KeychainFacts;
}

const LARGEST = 1024 * 1024;

/** Looks at the machine and the folder; changes nothing and reads no secret's value but to see that it is one. */
export async function look(context: Context, config: LoadedConfig, flag: EngineKind | undefined): Promise<Found> {
  const here = await realPathOf(context.cwd);
  const home = await realPathOf(context.paths.home);
  const [project, claims, engine, keychain, logins] = await Promise.all([
    lookAtProject(here, home),
    claimsOf(config, realPathOf),
    settled(lookAtEngine(context, config, flag)),
    gatherKeychain(context),
    Promise.all(AGENTS.map(async ({ name, login }) => ((await isLoggedIn(login, context)) ? [name] : []))),
  ]);
  const names = AGENTS.flatMap(({ providers }) =>
    Object.values(providers).flatMap(({ credentials, alsoServedBy }) => [...credentials, ...alsoServedBy]),
  );
  const owner = claims.find(({ projects }) => projects.some((folder) => isWithin(here, folder)))?.client;
  const { configDir, dataDir, cacheDir } = context.paths;
  const own = await Promise.all([configDir, dataDir, cacheDir].map(realPathOf));
  const endpoint = engine.value?.endpoint ?? '';
  const refusal = (folder: string) => whyRefused(folder, owner ?? '', { home, own, claims, engine: { endpoint } });
  return {
    here,
    project,
    refused: refusal(here),
    owner,
    unclaimed: owner === undefined && refusal(project.top) === undefined ? project.top : undefined,
    engine: engine.value,
    noEngine: engine.failure,
    keychain,
    logins: logins.flat(),
    variables: [...new Set(names)].filter((name) => context.env[name]),
  };
}

function whyRefused(folder: string, client: string, facts: Parameters<typeof guardSource>[3]): string | undefined {
  try {
    guardSource('folder', folder, client, facts);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.why ?? error.message;
    throw error;
  }
}

async function lookAtEngine(context: Context, { defaults }: LoadedConfig, flag: EngineKind | undefined) {
  return (await context.engine({ flag, profile: defaults.engine ?? 'auto' })).facts();
}

/** On a Mac only whether there is such an item, since its value would be asked for at a window. */
async function isLoggedIn(login: AgentLogin | undefined, context: Context): Promise<boolean> {
  if (login === undefined) return false;
  const { file, keychain } = login.host(context.env, context.paths.home);
  if (context.platform === 'darwin') {
    for (const item of keychain) {
      const { code } = await context.execute(['/usr/bin/security', 'find-generic-password', '-s', item], {
        timeout: 5000,
      });
      if (code === 0) return true;
    }
  }
  return isLogin(login, file);
}

/** Whether a client has a login of an agent's own in its state. */
export function hasOwnLogin(
  profile: Pick<Profile, 'client' | 'shareHostLogin'>,
  agent: Agent,
  context: Pick<Context, 'env' | 'paths'>,
): boolean {
  return agent.login !== undefined && isLogin(agent.login, join(stateDirOf(profile, agent, context), agent.login.file));
}

function isLogin(login: AgentLogin, file: string): boolean {
  try {
    const text = readPlainFile(file, LARGEST)?.text;
    return text !== undefined && login.parse(text) !== undefined;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
