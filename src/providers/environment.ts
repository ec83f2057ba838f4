import type { Agent } from '../agents/agent.ts';
import type { Profile, Provider } from '../config/profile.ts';
import type { Resolved } from '../credentials/resolved.ts';
import { ADC_NAME, ADC_PATH } from './adc.ts';
import { headerValues } from './headers.ts';

/**
 * The variables that turn an agent to the provider that the profile names for it: what every library of that cloud reads,
 * and the agent's own. They hold the values of headers, so they travel like secrets. Pure.
 */
export function providerVariables(
  profile: Pick<Profile, 'providers'>,
  agent: Agent,
  credentials: readonly Resolved[],
): Readonly<Record<string, string>> {
  const provider = profile.providers[agent.name];
  const wiring = provider === undefined ? undefined : agent.providers[provider.name];
  if (provider === undefined || wiring === undefined) return {};
  return { ...cloudVariables(provider, credentials), ...wiring.env(provider, headerValues(provider, credentials)) };
}

/** The names of those variables, without any value being read. Pure. */
export function providerVariableNames(profile: Pick<Profile, 'providers'>, agent: Agent): readonly string[] {
  const headers = Object.keys(profile.providers[agent.name]?.headers ?? {});
  const empty = headers.map((header): Resolved => {
    return { name: header, source: '', expires: undefined, delivery: 'header', header, value: '' };
  });
  return Object.keys(providerVariables(profile, agent, empty));
}

function cloudVariables({ project, region, name }: Provider, credentials: readonly Resolved[]) {
  const adc = credentials.find((one) => one.delivery === 'file' && (one.path === ADC_PATH || one.name === ADC_NAME));
  return {
    ...(adc?.delivery === 'file' ? { [ADC_NAME]: adc.path } : {}),
    ...(project === undefined ? {} : { GOOGLE_CLOUD_PROJECT: project }),
    ...(region === undefined || name !== 'bedrock' ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  };
}
