import { AWS_NAMES } from '../providers/aws.ts';
import { hasKeyHeader } from '../providers/headers.ts';
import type { Agent, ProviderWiring } from './agent.ts';
import { bedrockHosts, vertexHosts } from './cloudHosts.ts';
import { exactHosts } from './exactHosts.ts';

const anthropic: ProviderWiring = {
  credentials: ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'],
  alsoServedBy: [],
  login: true,
  hosts: (provider) => exactHosts(provider, ['api.anthropic.com']),
  takes: ['baseUrl', 'headers'],
  env: ({ baseUrl }, headers) => ({ ...only('ANTHROPIC_BASE_URL', baseUrl), ...customHeaders(headers) }),
};

const vertex: ProviderWiring = {
  credentials: [],
  alsoServedBy: ['GOOGLE_APPLICATION_CREDENTIALS'],
  login: false,
  hosts: vertexHosts,
  takes: ['baseUrl', 'headers'],
  env: (provider, headers) => ({
    CLAUDE_CODE_USE_VERTEX: '1',
    ...only('ANTHROPIC_VERTEX_PROJECT_ID', provider.project),
    ...only('CLOUD_ML_REGION', provider.region),
    ...only('ANTHROPIC_VERTEX_BASE_URL', provider.baseUrl),
    // A gateway with a key of its own: no access token of Google is to go there.
    ...(hasKeyHeader(provider) ? { CLAUDE_CODE_SKIP_VERTEX_AUTH: '1' } : {}),
    ...customHeaders(headers),
  }),
};

const bedrock: ProviderWiring = {
  credentials: AWS_NAMES,
  alsoServedBy: [],
  login: false,
  hosts: bedrockHosts,
  takes: ['baseUrl', 'headers'],
  env: (provider, headers) => ({
    CLAUDE_CODE_USE_BEDROCK: '1',
    ...only('AWS_REGION', provider.region),
    ...only('ANTHROPIC_BEDROCK_BASE_URL', provider.baseUrl),
    ...(hasKeyHeader(provider) ? { CLAUDE_CODE_SKIP_BEDROCK_AUTH: '1' } : {}),
    ...customHeaders(headers),
  }),
};

/** How each provider serves claude. The model is claude's choice, or the user's by ANTHROPIC_MODEL. */
export const claudeProviders: Agent['providers'] = { anthropic, vertex, bedrock };

function only(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}

/** One a line. */
function customHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return lines.length === 0 ? {} : { ANTHROPIC_CUSTOM_HEADERS: lines.join('\n') };
}
