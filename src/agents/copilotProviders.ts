import type { Provider } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { ProviderWiring } from './agent.ts';
import { exactHosts } from './exactHosts.ts';

/** Models by way of GitHub: of github.com, or of the enterprise whose address is the base URL. */
export const copilotModels: ProviderWiring = {
  credentials: ['COPILOT_GITHUB_TOKEN'],
  alsoServedBy: ['GH_TOKEN', 'GITHUB_TOKEN'],
  login: true,
  hosts: githubHosts,
  takes: ['baseUrl'],
  env: ({ baseUrl }) => (baseUrl === undefined ? {} : { COPILOT_GH_HOST: new URL(baseUrl).host }),
};

const OWN_KEY = ['COPILOT_PROVIDER_BEARER_TOKEN', 'COPILOT_PROVIDER_API_KEY'];

/** Any server that speaks OpenAI's API, and with `query: { api-version: … }` Azure. Copilot also needs COPILOT_MODEL. */
export const openaiModels: ProviderWiring = {
  credentials: OWN_KEY,
  alsoServedBy: [],
  login: false,
  hosts: (provider) => exactHosts(provider, ['api.openai.com']),
  takes: ['baseUrl', 'headers', 'query'],
  env: (provider, headers) => ({
    ...(Object.keys(provider.query).length === 0
      ? { COPILOT_PROVIDER_TYPE: 'openai' }
      : { COPILOT_PROVIDER_TYPE: 'azure', COPILOT_PROVIDER_AZURE_API_VERSION: azureVersion(provider) }),
    COPILOT_PROVIDER_BASE_URL: provider.baseUrl ?? 'https://api.openai.com/v1',
    ...customHeaders(headers),
  }),
};

/** Anthropic, or a server that speaks its API. */
export const anthropicModels: ProviderWiring = {
  credentials: OWN_KEY,
  alsoServedBy: [],
  login: false,
  hosts: (provider) => exactHosts(provider, ['api.anthropic.com']),
  takes: ['baseUrl', 'headers'],
  env: (provider, headers) => ({
    COPILOT_PROVIDER_TYPE: 'anthropic',
    COPILOT_PROVIDER_BASE_URL: provider.baseUrl ?? 'https://api.anthropic.com',
    ...customHeaders(headers),
  }),
};

/** Which of the last four serves depends on the account; an enterprise of its own has all at addresses below its own. */
function githubHosts(provider: Provider | undefined): readonly string[] {
  if (provider?.baseUrl === undefined) {
    const plans = ['individual', 'business', 'enterprise'].map((plan) => `api.${plan}.githubcopilot.com`);
    return ['api.github.com', 'api.githubcopilot.com', ...plans];
  }
  const { host } = new URL(provider.baseUrl);
  return [host, `api.${host}`, `copilot-api.${host}`];
}

function azureVersion({ query }: Pick<Provider, 'query'>): string {
  const { 'api-version': version, ...others } = query;
  const [other] = Object.keys(others);
  if (version !== undefined && other === undefined) return version;
  throw new UserError('config', `copilot cannot be given the parameter ${other ?? ''}`, {
    why: 'the one it knows is api-version, of Azure',
    next: ['providers: { copilot: { name: openai, query: { api-version: … } } }'],
  });
}

function customHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return lines.length === 0 ? {} : { COPILOT_PROVIDER_HEADERS: lines.join('\n') };
}
