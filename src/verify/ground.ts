import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { clientSettings } from '../config/merge.ts';
import type { Credential } from '../config/profile.ts';
import type { Canary } from './canary.ts';
import { ALLOWED_NAME } from './probes/relay.ts';

/** A client that does not exist, with a project and a folder nobody claims; both are there for as long as a box is attacked. */
export interface Ground {
  readonly other: string;
  readonly otherProject: string;
  readonly free: string;
  remove(): Promise<void>;
}

/** Makes it below the folder of temporary files. */
export async function makeGround(): Promise<Ground> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'agentbox-verify-')));
  const [otherProject, free] = [join(dir, 'other'), join(dir, 'free')];
  for (const path of [otherProject, free]) await mkdir(path);
  await writeFile(join(otherProject, 'theirs'), 'theirs\n');
  return { other: 'verify-other', otherProject, free, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** What is left out of the settings: rules open something by choice, and a company's proxy is no way to this machine. */
const POLICY = { allow: [], deny: [], allowAny: false, proxy: 'none' } as const;

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
