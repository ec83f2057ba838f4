import { join, resolve } from 'node:path';
import { readForward } from '../network/ports/forward.ts';
import { type Publish, readPublish } from '../network/ports/publish.ts';
import type { Limits } from '../plan/spec.ts';
import type { Credential, CredentialSource, Permissions, Profile, Provider, RuleText, Toolchains } from './profile.ts';
import type { RawClient, RawCredential, RawProvider, RawSettings, RawSource } from './schema.ts';
import { parseSize } from './size.ts';

/** What each client has to ask for by itself. */
type ClientOnly = 'projects' | 'credentials' | 'shareHostLogin' | 'shareRefresh' | 'sshAgent';

/** What one layer (defaults, a client, the flags) says of a run; absent means that it says nothing. Paths are absolute. */
export type Settings = Partial<
  Omit<Profile, ClientOnly | 'client' | 'resources' | 'git' | 'image' | 'envFile' | 'dockerfile' | 'engineArgs'> & {
    readonly resources: Partial<Limits>;
    readonly git: { readonly name?: string; readonly email?: string };
    readonly image: string;
    readonly envFile: string;
    readonly dockerfile: string;
  }
>;

/** A client's layer: also what only a client may have. */
export type ClientSettings = Settings & Partial<Pick<Profile, ClientOnly>>;

type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The object without its undefined entries. */
export function present<T extends object>(entries: Undefinable<T>): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T;
}

/** An absolute path of one in the configuration: `~` is `home`, relative ones count from `base`. */
export function expandPath(path: string, base: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(base, path);
}

/** A layer as the program uses it, of one as it is written. `expand` makes paths absolute. */
export function settingsOf(raw: RawSettings, expand: (path: string) => string): Settings {
  const { memory, cpus, pids } = raw.resources ?? {};
  return present<Settings>({
    agent: raw.agent,
    agents: raw.agents,
    engine: raw.engine,
    runtime: raw.runtime,
    network: raw.network,
    allow: raw.allow?.map(inConfig),
    deny: raw.deny?.map(inConfig),
    ports: raw.ports && byBoxPort(raw.ports.map((text) => valid(readPublish(`${text}`)))),
    forward:
      raw.forward &&
      Object.fromEntries(
        raw.forward.map((text) => valid(readForward(text, 'config'))).map((one) => [one.boxPort, one]),
      ),
    allowAny: raw.allow_any,
    proxy: raw.proxy,
    resources:
      raw.resources &&
      present<Partial<Limits>>({ memory: memory === undefined ? undefined : parseSize(`${memory}`), cpus, pids }),
    allowDegraded: raw.allow_degraded,
    login: raw.login,
    env: raw.env,
    envFile: raw.env_file === undefined ? undefined : expand(raw.env_file),
    git: raw.git && present<{ name?: string; email?: string }>(raw.git),
    mounts: raw.mounts?.map(({ source, target, write }) => ({ source: expand(source), target, write: write ?? false })),
    agentConfig: raw.agent_config && mapValues(raw.agent_config, expand),
    agentVersion: raw.agent_version,
    image: raw.image,
    autonomy: raw.autonomy,
    dockerfile: raw.dockerfile === undefined ? undefined : expand(raw.dockerfile),
    packages: raw.packages,
    toolchains: raw.toolchains && present<Toolchains>(mapValues(raw.toolchains, (version) => version && `${version}`)),
    devcontainer: raw.devcontainer,
    providers: raw.providers && mapValues(raw.providers, (provider) => providerOf(provider, expand)),
    permissions:
      raw.permissions && mapValues(raw.permissions, (rules): Permissions => ({ ...NO_RULES, ...present(rules) })),
    workspace: raw.workspace,
    untracked: raw.untracked,
    mask: raw.mask,
    unmask: raw.unmask,
    protect: raw.protect,
    unprotect: raw.unprotect,
    strict: raw.strict,
    workspacePath: raw.workspace_path,
  });
}

/** A client's layer, as settingsOf. */
export function clientSettingsOf(raw: RawClient, expand: (path: string) => string): ClientSettings {
  return {
    ...settingsOf(raw, expand),
    ...present<Partial<Pick<Profile, ClientOnly>>>({
      projects: raw.projects?.map(expand),
      shareHostLogin: raw.share_host_login,
      shareRefresh: raw.share_refresh,
      sshAgent: raw.ssh_agent,
      credentials: raw.credentials && mapValues(raw.credentials, (credential) => credentialOf(credential, expand)),
    }),
  };
}

function credentialOf(raw: RawCredential, expand: (path: string) => string): Credential {
  return {
    source: sourceOf(raw, expand),
    deliver: raw.deliver ?? 'auto',
    hosts: raw.hosts?.map((host) => host.toLowerCase()),
    agents: raw.agents,
  };
}

const NO_RULES: Permissions = { allow: [], ask: [], deny: [] };

function providerOf(raw: RawProvider, expand: (path: string) => string): Provider {
  const { project, region, adc, profile } = {
    project: undefined,
    region: undefined,
    adc: undefined,
    profile: undefined,
    ...raw,
  };
  return {
    name: raw.name,
    baseUrl: raw.base_url?.replace(/\/+$/, ''),
    headers: mapValues(raw.headers ?? {}, (value) => (typeof value === 'string' ? value : sourceOf(value, expand))),
    query: raw.query ?? {},
    project,
    region,
    adc: adc === undefined ? undefined : expand(adc),
    profile,
  };
}

/** Published ports by the port of the box. Pure. */
export function byBoxPort(ports: readonly Publish[]): Record<string, readonly Publish[]> {
  const all: Record<string, readonly Publish[]> = {};
  for (const publish of ports) all[publish.boxPort] = [...(all[publish.boxPort] ?? []), publish];
  return all;
}

function valid<T>(read: T | string): T {
  if (typeof read === 'string') throw new Error(`what ${read} got past the schema`);
  return read;
}

const inConfig = (text: string): RuleText => ({ text, from: 'config' });

function sourceOf(raw: RawSource, expand: (path: string) => string): CredentialSource {
  if (raw.env !== undefined) return { env: raw.env };
  if (raw.file !== undefined) return { file: expand(raw.file) };
  if (raw.command !== undefined) return { command: raw.command };
  if (raw.keychain !== undefined) return { keychain: raw.keychain };
  if (raw.store !== undefined) return { store: raw.store };
  throw new Error('a credential without a source got past the schema');
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
