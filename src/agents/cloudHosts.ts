import type { Provider } from '../config/profile.ts';
import { TOKEN_HOST } from '../providers/google/tokenHost.ts';
import { exactHosts } from './exactHosts.ts';

/** The hosts of models on Vertex AI, and the one where Google's libraries trade credentials for access tokens. Pure. */
export function vertexHosts(provider: Provider | undefined): readonly string[] {
  return [...exactHosts(provider, [vertexHost(provider?.region)]), TOKEN_HOST];
}

/** The host of models on Bedrock in the provider's region; none where that is unknown. Pure. */
export function bedrockHosts(provider: Provider | undefined): readonly string[] {
  const region = provider?.region;
  return exactHosts(provider, region === undefined ? [] : [`bedrock-runtime.${region.toLowerCase()}.amazonaws.com`]);
}

function vertexHost(region = 'global'): string {
  if (region === 'global') return 'aiplatform.googleapis.com';
  if (region === 'us' || region === 'eu') return `aiplatform.${region}.rep.googleapis.com`;
  return `${region.toLowerCase()}-aiplatform.googleapis.com`;
}
