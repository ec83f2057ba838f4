import { verify } from 'node:crypto';
import type { CloudAnswer, CloudRequest } from './cloudApi.ts';

/** Whom a stand-in for Google's token endpoints knows. */
export interface KnownToGoogle {
  readonly refreshToken: string;
  readonly clientSecret: string;
  /** Of the service account with this name. */
  readonly publicKey?: string;
  readonly email?: string;
  /** Of the account that may be impersonated. */
  readonly impersonated?: string;
  /** The next access token, and the seconds that it lives. */
  readonly next: () => { readonly token: string; readonly seconds: number };
}

export const GOOGLE_TOKEN_HOSTS = ['oauth2.googleapis.com', 'iamcredentials.googleapis.com'];
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** What Google answers to who wants an access token, because Google cannot be reached where the tests run. */
export function googleTokens(known: KnownToGoogle): (request: CloudRequest) => CloudAnswer | undefined {
  const given = new Set<string>();
  const give = () => {
    const { token, seconds } = known.next();
    given.add(token);
    return { token, seconds };
  };
  return ({ method, host, path, raw, headers, body }) => {
    if (method !== 'POST') return undefined;
    if (host === 'oauth2.googleapis.com' && path === '/token') {
      const form = new URLSearchParams(raw.toString());
      if (!isUser(form, known) && !isService(form, known)) {
        return json(400, { error: 'invalid_grant', error_description: `not this: ${raw.toString()}` });
      }
      const { token, seconds } = give();
      return json(200, { access_token: token, expires_in: seconds, token_type: 'Bearer' });
    }
    const account = `/v1/projects/-/serviceAccounts/${known.impersonated}:generateAccessToken`;
    if (host !== 'iamcredentials.googleapis.com' || path !== account) return undefined;
    const bearer = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const { scope } = body as { readonly scope: unknown };
    if (!given.has(bearer) || !Array.isArray(scope)) return json(403, { error: { status: 'PERMISSION_DENIED' } });
    const { token, seconds } = give();
    return json(200, { accessToken: token, expireTime: new Date(Date.now() + seconds * 1000).toISOString() });
  };
}

function isUser(form: URLSearchParams, { refreshToken, clientSecret }: KnownToGoogle): boolean {
  const said = ['grant_type', 'refresh_token', 'client_secret'].map((name) => form.get(name));
  return said.join() === `refresh_token,${refreshToken},${clientSecret}`;
}

function isService(form: URLSearchParams, { publicKey, email }: KnownToGoogle): boolean {
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  if (publicKey === undefined || form.get('grant_type') !== JWT_BEARER || signature === '') return false;
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const isMeant = said['iss'] === email && said['aud'] === 'https://oauth2.googleapis.com/token';
  const lives = Number(said['exp']) - Number(said['iat']);
  const signed = Buffer.from(`${head}.${claims}`);
  return isMeant && lives <= 3600 && verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'));
}

function json(status: number, value: object): CloudAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
