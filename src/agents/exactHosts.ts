import type { Provider } from '../config/profile.ts';
import { ruleOfUrl } from '../network/policy/nearestRule.ts';

/** The host of the base URL, as `host` or `host:port`, in the place of the usual ones. Pure. */
export function exactHosts(
  provider: Pick<Provider, 'baseUrl'> | undefined,
  usual: readonly string[],
): readonly string[] {
  return provider?.baseUrl === undefined ? usual : [ruleOfUrl(provider.baseUrl)];
}
