import type { Provider } from '../../../src/config/profile.ts';

/** Anthropic without anything. */
export function provider(changes: Partial<Provider> = {}): Provider {
  return {
    name: 'anthropic',
    baseUrl: undefined,
    headers: {},
    query: {},
    project: undefined,
    region: undefined,
    adc: undefined,
    profile: undefined,
    ...changes,
  };
}
