import type { Provider } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { ProviderWiring } from './agent.ts';
import { vertexHosts } from './cloudHosts.ts';
import { exactHosts } from './exactHosts.ts';

type Headers = Readonly<Record<string, string>>;

/** The Gemini API, by a key of Google AI Studio or by the login of a Google account. */
export const google: ProviderWiring = {
  credentials: ['GEMINI_API_KEY'],
  alsoServedBy: [],
  login: true,
  hosts: (provider) => exactHosts(provider, ['generativelanguage.googleapis.com']),
  takes: ['baseUrl', 'headers'],
  env: (provider, headers) => ({
    ...named('GOOGLE_GEMINI_BASE_URL', provider.baseUrl),
    ...customHeaders(headers),
  }),
};

/** The same models on Vertex AI, by application default credentials or by a key of Google Cloud (express mode). */
export const vertex: ProviderWiring = {
  credentials: ['GOOGLE_API_KEY'],
  alsoServedBy: [],
  login: false,
  // A key of Google Cloud is taken at the global address, whatever the region.
  hosts: (provider) => [...new Set([...vertexHosts(provider), ...exactHosts(provider, ['aiplatform.googleapis.com'])])],
  takes: ['baseUrl', 'headers'],
  env: (provider, headers) => ({
    GOOGLE_GENAI_USE_VERTEXAI: 'true',
    ...named('GOOGLE_CLOUD_PROJECT', provider.project),
    ...named('GOOGLE_CLOUD_LOCATION', provider.region),
    ...named('GOOGLE_VERTEX_BASE_URL', provider.baseUrl),
    ...customHeaders(headers),
  }),
};

function named(name: string, value: Provider['baseUrl']): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}

/** `Name: value, Name: value`; gemini takes what looks like a further name in a value for one. */
function customHeaders(headers: Headers): Readonly<Record<string, string>> {
  const entries = Object.entries(headers);
  if (entries.length === 0) return {};
  const ambiguous = entries.find(([, value]) => /,\s*[^,:]+:/.test(value));
  if (ambiguous !== undefined) {
    throw new UserError('config', `gemini cannot be given the header ${ambiguous[0]}`, {
      why: 'its value holds a comma and then a colon, where gemini begins another header',
      next: ['providers: { gemini: { headers: … } } with another value'],
    });
  }
  return { GEMINI_CLI_CUSTOM_HEADERS: entries.map(([name, value]) => `${name}: ${value}`).join(', ') };
}
