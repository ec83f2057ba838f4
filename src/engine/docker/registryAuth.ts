import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Execute } from '../../execute.ts';
import { registryHost } from '../registryHost.ts';

/** A login in the words of the engine's API. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** Where Docker's own command keeps its logins. */
export interface AuthSource {
  /** `~/.docker`, or what DOCKER_CONFIG names. */
  readonly configDir: string;
  readonly execute: Execute;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** How Docker's configuration calls its own registry. */
const HUB = 'https://index.docker.io/v1/';

/** The registry of an image: the first part of its name when that is a host, else Docker's own. */
export function registryOf(ref: string): string {
  const host = registryHost(ref);
  return host === undefined || host === 'docker.io' || host === 'index.docker.io' ? HUB : host;
}

/** The login for the registry of `ref`; undefined when there is none. Throws UserError when its helper is not there. */
export async function registryAuth(ref: string, source: AuthSource): Promise<RegistryAuth | undefined> {
  const registry = registryOf(ref);
  const config = await readConfig(join(source.configDir, 'config.json'));
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  if (helper !== undefined) return fromHelper(helper, registry, source.execute);
  const found = Object.entries(config.auths ?? {}).find(([name]) => hostOf(name) === hostOf(registry));
  return found === undefined ? undefined : fromFile(found[1], registry);
}

async function readConfig(file: string): Promise<DockerConfig> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DockerConfig;
  } catch {
    // No configuration is no login; a broken one is for Docker to complain of, and most images need none.
    return {};
  }
}

async function fromHelper(helper: string, registry: string, execute: Execute): Promise<RegistryAuth | undefined> {
  const program = `docker-credential-${helper}`;
  const result = await execute([program, 'get'], { input: registry, timeout: 30_000 });
  if (result.missing) {
    throw new UserError('engine', `there is no ${program}`, {
      why: 'the configuration of Docker names it for logins to registries',
      next: [`install ${program}, or take it out of Docker's config.json`],
    });
  }
  // Helpers fail for "no such login" too, and an image that is open to all needs none.
  if (result.code !== 0) return undefined;
  const { Username, Secret } = JSON.parse(result.stdout) as { Username?: string; Secret?: string };
  if (Username === undefined || Secret === undefined) return undefined;
  if (Username === '<token>') return { identitytoken: Secret, serveraddress: registry };
  return { username: Username, password: Secret, serveraddress: registry };
}

function fromFile(entry: { auth?: string; identitytoken?: string }, registry: string): RegistryAuth | undefined {
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: registry };
  const text = Buffer.from(entry.auth ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1), serveraddress: registry };
}

/** `https://index.docker.io/v1/` and `index.docker.io` are the same registry. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}
