import type { Permissions, Provider, ProviderName } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import { type Agent, type FirstRunFacts, HOME, type ProviderWiring, type SeedFile } from './agent.ts';
import { exactHosts } from './exactHosts.ts';
import { jsonObject } from './jsonObject.ts';
import { piUsage } from './piUsage.ts';

const STATE = `${HOME}/.pi`;
const MODELS = 'models.json';
/** Providers whose addresses in models.json are agentbox's to set and to take away. */
const OURS: readonly ProviderName[] = ['anthropic', 'openai', 'google'];

/** pi by Earendil. */
export const pi: Agent = {
  name: 'pi',
  title: 'pi',
  image: 'pi',
  package: '@earendil-works/pi-coding-agent',
  command: ({ autonomy, permissions, provider, resume }) => {
    if (autonomy === 'ask') throw cannot('ask before it acts', ['agentbox run --autonomy auto …']);
    return [
      'pi',
      // A project's own extensions are code that runs before anybody has said a word, with the key in its reach.
      '--no-approve',
      // Else any variable that could be meant for a provider (GITHUB_TOKEN, AWS_ACCESS_KEY_ID) may decide who serves.
      '--models',
      `${provider?.name ?? 'anthropic'}/*`,
      ...exclusions(permissions),
      ...(resume ? ['--continue'] : []),
    ];
  },
  argsAreCommand: false,
  versionCommand: ['pi', '--version'],
  stateDir: STATE,
  // One file a conversation, and directories for locks.
  locksState: false,
  env: {
    PI_CODING_AGENT_DIR: STATE,
    // pi reads this setting of a project even where it ignores all others.
    PI_CODING_AGENT_SESSION_DIR: `${STATE}/sessions`,
    // No look for updates, no report of the installation, no download of tools.
    PI_OFFLINE: '1',
  },
  providers: {
    anthropic: byKey('ANTHROPIC_API_KEY', 'api.anthropic.com'),
    openai: byKey('OPENAI_API_KEY', 'api.openai.com'),
    google: byKey('GEMINI_API_KEY', 'generativelanguage.googleapis.com'),
  },
  defaultProviders: ['anthropic'],
  hosts: [],
  guardEnv: {},
  otherProviders: [],
  // It has one, made by /login in its own window; nothing but that starts it.
  login: undefined,
  unshared: 'agentbox knows no login of it; a credential serves it',
  homeLinks: {},
  configEntries: ['AGENTS.md', 'SYSTEM.md', 'APPEND_SYSTEM.md', 'prompts', 'skills', 'themes', 'keybindings.json'],
  usage: piUsage,
  firstRun: ({ provider, existing }) => baseUrls(provider, existing),
};

function byKey(name: string, host: string): ProviderWiring {
  const hosts: ProviderWiring['hosts'] = (provider) => exactHosts(provider, [host]);
  return { credentials: [name], alsoServedBy: [], login: false, hosts, takes: ['baseUrl'], env: () => ({}) };
}

function exclusions(permissions: Permissions | undefined): readonly string[] {
  const { allow = [], ask = [], deny = [] } = permissions ?? {};
  if (allow.length + ask.length > 0) {
    throw cannot('be told what to allow or to ask for', ['permissions: { pi: { deny: [bash] } }']);
  }
  const wrong = deny.find((tool) => !/^[\w-]+$/.test(tool));
  if (wrong !== undefined) {
    throw cannot(`deny "${wrong}", which is no tool`, ['permissions: { pi: { deny: [bash, edit, write] } }']);
  }
  return deny.length === 0 ? [] : ['--exclude-tools', deny.join(',')];
}

function baseUrls(provider: Provider | undefined, existing: FirstRunFacts['existing']): readonly SeedFile[] {
  const text = existing(MODELS);
  const before = jsonObject(text ?? '{}');
  if (before === undefined) throw cannot(`be given an address: its ${MODELS} is no JSON`, ['agentbox client reset …']);
  const entries = jsonObject(JSON.stringify(before['providers'] ?? {})) ?? {};
  const after = Object.fromEntries(
    [...new Set([...Object.keys(entries), ...OURS])].flatMap((name) => {
      const { baseUrl, ...rest } = jsonObject(JSON.stringify(entries[name] ?? {})) ?? {};
      const wanted = OURS.some((own) => own === name)
        ? provider?.name === name
          ? provider.baseUrl
          : undefined
        : baseUrl;
      const entry = wanted === undefined ? rest : { ...rest, baseUrl: wanted };
      return Object.keys(entry).length === 0 ? [] : [[name, entry]];
    }),
  );
  const content = `${JSON.stringify({ ...before, providers: after }, null, 2)}\n`;
  return content === text ? [] : [{ file: MODELS, content }];
}

function cannot(what: string, next: readonly string[]): UserError {
  return new UserError('config', `pi cannot ${what}`, { next });
}
