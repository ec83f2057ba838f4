import type { Provider } from '../config/profile.ts';
import type { RunFacts } from './agent.ts';

/** Codex knows its own provider under another name, and lets nobody redefine that one. */
const NAME = 'agentbox';
const OPENAI = 'https://api.openai.com/v1';

/**
 * The overrides that give codex its provider; none for a login with OpenAI itself, which is codex's own default. With a key,
 * an own provider is needed: codex's default takes no key from the environment but in `codex exec`.
 */
export function codexProvider({
  provider,
  variables = [],
}: Pick<RunFacts, 'provider' | 'variables'>): Readonly<Record<string, string | object>> {
  const key = ['OPENAI_API_KEY', 'CODEX_API_KEY'].find((name) => variables.includes(name));
  const headers = Object.keys(provider?.headers ?? {});
  const query = provider?.query ?? {};
  const isOwn = provider?.baseUrl !== undefined || headers.length > 0 || Object.keys(query).length > 0;
  if (key === undefined && !isOwn) return {};
  const definition = {
    // Codex uses what OpenAI alone offers where the provider has this name.
    name: provider?.baseUrl === undefined ? 'OpenAI' : 'model gateway',
    base_url: provider?.baseUrl ?? OPENAI,
    wire_api: 'responses',
    // A gateway may be content with headers; codex would refuse to start without a variable that it was told of.
    env_key: key,
    env_http_headers: Object.fromEntries(headers.map((name, index) => [name, variableOf(index)])),
    query_params: query,
  };
  return { model_provider: NAME, [`model_providers.${NAME}`]: definition };
}

/** The variables that hold the values of the provider's headers; the command line names them. */
export function codexHeaders(
  provider: Pick<Provider, 'headers'>,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const variables = Object.keys(provider.headers).flatMap((name, index) => {
    const value = values[name];
    return value === undefined ? [] : [[variableOf(index), value] as const];
  });
  return Object.fromEntries(variables);
}

const variableOf = (index: number) => `AGENTBOX_HEADER_${index}`;
