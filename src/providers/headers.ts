import type { Provider } from '../config/profile.ts';
import { shownInBox } from '../credentials/inBox.ts';
import type { Resolved } from '../credentials/resolved.ts';

/** Such as Authorization, X-Api-Key, Ocp-Apim-Subscription-Key. */
const OF_A_KEY = /auth|key|token|secret/i;

/** True when a header of the provider is what serves the agent, as with a gateway that has a key of its own. */
export function hasKeyHeader({ headers }: Pick<Provider, 'headers'>): boolean {
  return Object.keys(headers).some((name) => OF_A_KEY.test(name));
}

/** All headers of a provider with their values, or placeholders of these; one whose value was not resolved is left out. */
export function headerValues(
  { headers }: Pick<Provider, 'headers'>,
  credentials: readonly Resolved[],
): Readonly<Record<string, string>> {
  const resolved = new Map(
    credentials.flatMap((one) => (one.delivery === 'header' ? [[one.header, shownInBox(one)] as const] : [])),
  );
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const text = typeof value === 'string' ? value : resolved.get(name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
