/**
 * A stand-in for a token endpoint that rotates refresh tokens, because none can be reached where the tests run: each
 * refresh token works once, and one that is used again ends its whole family, as RFC 9700 asks of servers. Access tokens
 * outlive the renewal and die with their family.
 */
import { randomBytes } from 'node:crypto';

/** One login as an agent keeps it; `expires` in milliseconds since 1970. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly expires: number;
}

/** How one request for a renewal went. */
export type Renewal = 'renewed' | 'reused, family ended' | 'family is ended' | 'unknown token';

/** The tokens of one account. */
export interface OauthServer {
  /** A new login (a new family of tokens), whose access token ends in `seconds`. */
  logIn(seconds: number): Tokens;
  /** Lets the access token of a login end sooner than its family; answers the same login with a past end. */
  renew(refresh: string, seconds?: number): Tokens | undefined;
  accepts(access: string): boolean;
  /** Every attempt to renew, in order. */
  readonly renewals: readonly Renewal[];
}

interface Family {
  ended: boolean;
}

/** Makes a server in memory; what speaks HTTP for it is elsewhere. */
export function makeOauthServer(): OauthServer {
  const live = new Map<string, Family>();
  const used = new Map<string, Family>();
  const access = new Map<string, { readonly family: Family; readonly expires: number }>();
  const renewals: Renewal[] = [];
  const issue = (family: Family, seconds: number): Tokens => {
    const tokens = {
      access: `sk-ant-oat01-${randomBytes(24).toString('hex')}`,
      refresh: `sk-ant-ort01-${randomBytes(24).toString('hex')}`,
      expires: Date.now() + seconds * 1000,
    };
    live.set(tokens.refresh, family);
    access.set(tokens.access, { family, expires: tokens.expires });
    return tokens;
  };
  const judge = (refresh: string): Renewal => {
    const family = live.get(refresh) ?? used.get(refresh);
    if (family === undefined) return 'unknown token';
    if (family.ended) return 'family is ended';
    if (live.has(refresh)) return 'renewed';
    family.ended = true;
    return 'reused, family ended';
  };
  return {
    renewals,
    logIn: (seconds) => issue({ ended: false }, seconds),
    renew(refresh, seconds = 3600) {
      const verdict = judge(refresh);
      renewals.push(verdict);
      const family = live.get(refresh);
      if (verdict !== 'renewed' || family === undefined) return undefined;
      live.delete(refresh);
      used.set(refresh, family);
      return issue(family, seconds);
    },
    accepts(token) {
      const found = access.get(token);
      return found !== undefined && !found.family.ended && found.expires > Date.now();
    },
  };
}
