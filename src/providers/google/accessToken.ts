import { asObject } from '../../agents/jsonObject.ts';
import { UserError } from '../../errors.ts';
import { assertion, SCOPE } from './assertion.ts';
import { type Posted, post, type Reply, type Ways } from './post.ts';
import { type Adc, impersonationUrl, sourceOf, tokenUrl } from './tradable.ts';

/** A short-lived secret; `expires` is in milliseconds since 1970, undefined when Google did not say. */
export interface AccessToken {
  readonly value: string;
  readonly expires: number | undefined;
}

/** How Google is asked from this machine, and the time. */
export interface TokenDeps extends Ways {
  readonly now: () => Date;
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * An access token for application default credentials: of a user, of a service account, of an impersonation of either.
 * `place` names them. Throws UserError('credentials') with the remedy, and nothing of what they hold.
 */
export async function accessToken(adc: Adc, place: string, deps: TokenDeps): Promise<AccessToken> {
  const asked = deps.now().getTime();
  if (adc['type'] === 'impersonated_service_account') return impersonated(adc, place, deps);
  const url = tokenUrl(adc);
  const { client_id, client_secret, refresh_token } = adc;
  const form =
    adc['type'] === 'service_account'
      ? { grant_type: JWT_BEARER, assertion: assertion(adc, url, place, asked) }
      : { grant_type: 'refresh_token', client_id, client_secret, refresh_token };
  const body = Object.entries(form)
    .map(([name, value]) => `${name}=${encodeURIComponent(`${value}`)}`)
    .join('&');
  const { access_token: value, expires_in: seconds } = await answered(url, { headers: FORM, body }, adc, place, deps);
  const lives = typeof seconds === 'number' && seconds > 0 ? asked + seconds * 1000 : undefined;
  return { value: checked(value, place), expires: lives };
}

async function impersonated(adc: Adc, place: string, deps: TokenDeps): Promise<AccessToken> {
  const url = impersonationUrl(adc);
  if (url === undefined) throw refused(place, 'its impersonation has no address of Google', []);
  const source = await accessToken(sourceOf(adc), place, deps);
  const { delegates = [] } = adc;
  const posted = {
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${source.value}` },
    body: JSON.stringify({ delegates, scope: [SCOPE], lifetime: '3600s' }),
  };
  const { accessToken: value, expireTime } = await answered(url, posted, adc, place, deps);
  const ends = typeof expireTime === 'string' ? Date.parse(expireTime) : Number.NaN;
  return { value: checked(value, place), expires: Number.isNaN(ends) ? undefined : ends };
}

async function answered(url: URL, posted: Posted, adc: Adc, place: string, ways: Ways): Promise<Reply['content']> {
  const { status, content } = await post(url, posted, ways);
  if (status === 200) return content;
  const code = wordOf(content['error']) ?? wordOf(asObject(content['error'])?.['status']);
  throw refused(
    place,
    `${url.hostname} answered ${status}${code === undefined ? '' : `, ${code}`}`,
    remedies(adc, code),
  );
}

function remedies({ type }: Adc, code: string | undefined): readonly string[] {
  if (type === 'impersonated_service_account') {
    return ['have the role Service Account Token Creator on that account, or name other credentials: adc: FILE'];
  }
  if (type !== 'service_account') return ['gcloud auth application-default login'];
  const clock = code === 'invalid_grant' ? ['set the clock of this machine, if it is wrong'] : [];
  return [...clock, 'name another key of a service account: adc: FILE'];
}

function refused(place: string, why: string, next: readonly string[]): UserError {
  return new UserError('credentials', `${place} gives no access token of Google`, { why, next });
}

/** A code of Google's such as `invalid_grant`: their descriptions may say more than anybody is to read. */
const wordOf = (value: unknown) => (typeof value === 'string' && /^\w{1,40}$/.test(value) ? value : undefined);

function checked(value: unknown, place: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw refused(place, 'the answer holds none', ['try again']);
}
