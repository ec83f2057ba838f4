import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { claimsOf } from '../config/binding.ts';
import type { LoadedConfig } from '../config/load.ts';
import { clientSettings } from '../config/merge.ts';
import type { Credential } from '../config/profile.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import { isWithin } from '../plan/guard.ts';
import { ORDINARY_USER } from '../plan/user.ts';
import { giveTree } from '../state/giveTree.ts';
import type { Canary } from './canary.ts';
import { ALLOWED_NAME } from './probes/relay.ts';
import { makeProject } from './project.ts';

/** What is there for as long as a box is attacked: its project, and a client that does not exist with a project and a folder nobody claims. */
export interface Ground {
  /** Nobody's but the box's; a real path. */
  readonly project: string;
  /** What lies in its file of secrets. */
  readonly secret: string;
  readonly other: string;
  readonly otherProject: string;
  readonly free: string;
  remove(): Promise<void>;
}

/** Makes it. */
export async function makeGround(context: Pick<Context, 'paths' | 'config' | 'caller' | 'platform'>): Promise<Ground> {
  const dir = await realpath(await mkdtemp(join(await placeOf(context), 'agentbox-verify-')));
  const [project, otherProject, free] = [join(dir, 'project'), join(dir, 'other'), join(dir, 'free')];
  for (const path of [project, otherProject, free]) await mkdir(path);
  await writeFile(join(otherProject, 'theirs'), 'theirs\n');
  const secret = randomBytes(18).toString('hex');
  await makeProject(project, secret);
  // A box is never root; where the engine is in a virtual machine, files are whoever's asks.
  if (context.caller.uid === 0 && context.platform === 'linux')
    await giveTree(project, { uid: ORDINARY_USER, gid: ORDINARY_USER });
  const remove = () => rm(dir, { recursive: true, force: true });
  return { project, secret, other: 'verify-other', otherProject, free, remove };
}

/** Beside agentbox's cache: engines in a virtual machine have no other folder for temporary files. Not in what a client claims. */
async function placeOf({ paths, config }: Pick<Context, 'paths' | 'config'>): Promise<string> {
  const place = dirname(paths.cacheDir);
  const [claims, real] = await Promise.all([
    config().then((loaded) => claimsOf(loaded, realPathOf)),
    realPathOf(place),
  ]);
  if (claims.some(({ projects }) => projects.some((folder) => isWithin(real, folder)))) return tmpdir();
  await mkdir(place, { recursive: true });
  return place;
}

/** What is left out of the settings: they open or close something by choice, and a company's proxy is no way to this machine. */
const POLICY = {
  allow: [],
  deny: [],
  ports: {},
  forward: {},
  allowAny: false,
  proxy: 'none',
  workspace: 'bind',
  mask: [],
  unmask: [],
  protect: [],
  unprotect: [],
  strict: false,
} as const;

/**
 * The configuration for a box that is attacked: the client's own secrets and rules stay out of it, the canary is in their
 * place, and there is one client more. Throws UserError('config') for a client that is not there. Pure.
 */
export function withCanary(config: LoadedConfig, client: string, canary: Canary, ground: Ground): LoadedConfig {
  // The box runs a shell, whichever agents the client has.
  const { agents: _, ...settings } = clientSettings(config, client);
  const secret: Credential = {
    source: { env: canary.name },
    deliver: 'auto',
    hosts: [ALLOWED_NAME],
    agents: undefined,
  };
  return {
    ...config,
    defaults: { ...config.defaults, ...POLICY },
    clients: new Map([
      ...config.clients,
      [client, { ...settings, ...POLICY, credentials: { [canary.name]: secret } }],
      [ground.other, { projects: [ground.otherProject] }],
    ]),
  };
}
