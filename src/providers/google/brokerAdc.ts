import { jsonObject } from '../../agents/jsonObject.ts';
import { hostsOfHeader } from '../../credentials/brokerHosts.ts';
import { placeholderFor } from '../../credentials/placeholder.ts';
import type { CredentialRequest, Resolved } from '../../credentials/resolved.ts';
import type { SourceDeps } from '../../credentials/sources/deps.ts';
import { callersAuthorities } from '../../image/callersAuthorities.ts';
import { callersProxy, upstreamOf } from '../../network/upstream.ts';
import { accessToken } from './accessToken.ts';
import { standInAdc } from './standInAdc.ts';
import { TOKEN_HOST } from './tokenHost.ts';
import { hindranceOf } from './tradable.ts';

type AdcFile = Extract<Resolved, { readonly delivery: 'file' }>;

/**
 * Google credentials as a run has them: through a gateway the box gets a file with a placeholder, and the gateway an access
 * token that is made here; else the file as it is, with the reason. Throws UserError('credentials') when Google gives no token.
 */
export async function brokerAdc(
  file: AdcFile,
  place: string,
  request: CredentialRequest,
  deps: Pick<SourceDeps, 'env' | 'now'>,
): Promise<AdcFile> {
  const { network, proxy } = request.profile;
  if (network !== 'gateway') return file;
  const adc = jsonObject(file.value) ?? {};
  const known = hostsOfHeader(request);
  const why = 'why' in known ? known.why : hindranceOf(adc);
  if ('why' in known || why !== undefined) return { ...file, unbrokered: why };
  const { value, expires } = await accessToken(adc, place, {
    upstream: upstreamOf(proxy, deps.env) ?? callersProxy(deps.env),
    authorities: await callersAuthorities(deps.env),
    now: deps.now,
  });
  const placeholder = placeholderFor(value);
  return {
    ...{ ...file, value, expires, content: standInAdc(placeholder, adc) },
    broker: { placeholder, hosts: known.hosts, tokenHost: TOKEN_HOST, renew: { adc: place } },
  };
}
