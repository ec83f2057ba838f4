import { sign } from 'node:crypto';
import { UserError } from '../../errors.ts';
import type { Adc } from './tradable.ts';

/** What an access token is for: all that the account may do, as with Google's own libraries. */
export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Seconds; Google takes no longer one. */
const LIFETIME = 3600;

/**
 * What a service account says of itself, signed with its key (RFC 7523); `now` is in milliseconds since 1970. Throws
 * UserError('credentials') naming `place` for a key that is none.
 */
export function assertion(adc: Adc, audience: URL, place: string, now: number): string {
  const { client_email: issuer, private_key: key, private_key_id: kid } = adc;
  const at = Math.floor(now / 1000);
  const head = { alg: 'RS256', typ: 'JWT', ...(typeof kid === 'string' ? { kid } : {}) };
  const claims = { iss: issuer, scope: SCOPE, aud: audience.href, iat: at, exp: at + LIFETIME };
  const text = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  try {
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), `${key}`).toString('base64url')}`;
  } catch {
    throw new UserError('credentials', `private_key of ${place} is no key that can sign`, {
      next: ['download the key of the service account anew'],
    });
  }
}
