import type { Provider, ProviderName } from '../config/profile.ts';
import { AWS_NAMES } from '../providers/aws.ts';
import type { Agent, ProviderWiring } from './agent.ts';
import { bedrockHosts, vertexHosts } from './cloudHosts.ts';
import { exactHosts } from './exactHosts.ts';

/** What opencode calls those that serve for each provider. */
export const OPENCODE_IDS: Readonly<Record<ProviderName, readonly string[]>> = {
  anthropic: ['anthropic'],
  openai: ['openai'],
  google: ['google'],
  vertex: ['google-vertex', 'google-vertex-anthropic'],
  bedrock: ['amazon-bedrock'],
  copilot: ['github-copilot'],
};

/** The paths that opencode expects at the end of a base URL, where other agents add them by themselves. */
const VERSION_PATH: Partial<Record<ProviderName, string>> = { anthropic: '/v1', google: '/v1beta' };

/** How each provider serves opencode. */
export const opencodeProviders: Agent['providers'] = {
  anthropic: { ...byKey(['ANTHROPIC_API_KEY'], 'api.anthropic.com'), login: true },
  openai: { ...byKey(['OPENAI_API_KEY'], 'api.openai.com'), login: true },
  google: {
    ...byKey(['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'GOOGLE_API_KEY'], 'generativelanguage.googleapis.com'),
    login: true,
  },
  // Its region and the Google project are in variables that all libraries of these clouds read.
  bedrock: { ...byKey(AWS_NAMES), hosts: bedrockHosts },
  vertex: {
    credentials: [],
    alsoServedBy: ['GOOGLE_APPLICATION_CREDENTIALS'],
    login: false,
    hosts: vertexHosts,
    takes: [],
    env: ({ region }) => (region === undefined ? {} : { VERTEX_LOCATION: region }),
  },
  copilot: {
    credentials: [],
    alsoServedBy: [],
    login: true,
    hosts: () => ['api.githubcopilot.com'],
    takes: [],
    env: () => ({}),
  },
};

function byKey(credentials: readonly string[], ...usual: readonly string[]): ProviderWiring {
  const hosts: ProviderWiring['hosts'] = (provider) => exactHosts(provider, usual);
  return { credentials, alsoServedBy: [], login: false, hosts, takes: ['baseUrl', 'headers'], env: settings };
}

/** Not a file: the values of headers may be secret. opencode merges it after every other file but those of the image. */
function settings(provider: Provider, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const options = {
    ...(provider.baseUrl === undefined ? {} : { baseURL: withVersion(provider.baseUrl, VERSION_PATH[provider.name]) }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
  if (Object.keys(options).length === 0) return {};
  const ids = OPENCODE_IDS[provider.name];
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: Object.fromEntries(ids.map((id) => [id, { options }])) }),
  };
}

function withVersion(url: string, path = ''): string {
  return /\/v\d+(beta\d*)?$/.test(url) ? url : `${url}${path}`;
}
