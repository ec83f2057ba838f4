import { asObject, type Json } from '../../agents/jsonObject.ts';
import { TOKEN_HOST } from './tokenHost.ts';

/** The fields of application default credentials. */
export type Adc = Json;

/** Why no access token can be had for these credentials outside the box, in words; undefined when one can. Pure. */
export function hindranceOf(adc: Adc): string | undefined {
  const { type, universe_domain: universe } = adc;
  if (universe !== undefined && universe !== 'googleapis.com') return 'they are of another cloud than googleapis.com';
  if (type === 'external_account_authorized_user') return 'agentbox cannot renew the login of a workforce';
  if (type !== 'impersonated_service_account') return undefined;
  if (impersonationUrl(adc) === undefined) return 'they impersonate at an address that is not one of Google';
  return hindranceOf(sourceOf(adc));
}

/** The credentials that impersonate. Pure. */
export function sourceOf(adc: Adc): Adc {
  return asObject(adc['source_credentials']) ?? {};
}

/** Where an access token is traded: as the credentials say, if that is Google, else the usual place. Pure. */
export function tokenUrl({ token_uri: named }: Adc): URL {
  return googleUrl(named) ?? new URL(`https://${TOKEN_HOST}/token`);
}

/** Where an impersonated account gives access tokens; undefined for what is not an address of Google. Pure. */
export function impersonationUrl({ service_account_impersonation_url: named }: Adc): URL | undefined {
  return googleUrl(named);
}

/** Credentials go to no other place, whatever a file says. */
function googleUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isGoogle = url.protocol === 'https:' && url.port === '' && /\.(googleapis|google)\.com$/.test(url.hostname);
  return isGoogle && url.username === '' ? url : undefined;
}
