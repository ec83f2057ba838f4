import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostPlaces, parseLogin } from '../../../src/agents/codexLogin.ts';

const token = (claims: object) => ['{"alg":"RS256"}', JSON.stringify(claims), 'signature'].map(encoded).join('.');
const encoded = (text: string) => Buffer.from(text).toString('base64url');

const LOGIN = {
  auth_mode: 'chatgpt',
  OPENAI_API_KEY: null,
  tokens: {
    id_token: token({ email: 'someone@acme.test' }),
    access_token: token({ exp: 1_800_000_000 }),
    refresh_token: 'rotating',
    account_id: 'account',
  },
  last_refresh: '2026-11-20T21:00:00Z',
};

const copyOf = (login: object, withRefresh: boolean) =>
  JSON.parse(parseLogin(JSON.stringify(login))?.copyInto(undefined, withRefresh) ?? '');

describe('a login of codex with ChatGPT', () => {
  test('is copied without its refresh token, as one that codex does not renew', () => {
    const copy = copyOf(LOGIN, false);
    expect(copy).toEqual({
      ...LOGIN,
      auth_mode: 'chatgptAuthTokens',
      tokens: { ...LOGIN.tokens, refresh_token: '' },
    });
    expect(parseLogin(JSON.stringify(copy))).toMatchObject({ renews: false, expires: 1_800_000_000_000 });
  });

  test('is copied whole where the configuration says so', () => {
    expect(copyOf(LOGIN, true)).toEqual(LOGIN);
  });

  test.each([
    ['with a refresh token', LOGIN.tokens, true, 1_800_000_000_000],
    ['with an empty one', { ...LOGIN.tokens, refresh_token: '' }, false, 1_800_000_000_000],
    ['whose token names no end', { access_token: token({}), refresh_token: 'r' }, true, undefined],
    ['whose token is none of JSON', { access_token: 'opaque', refresh_token: 'r' }, true, undefined],
  ])('%s tells whether it renews itself and when it ends', (_, tokens, renews, expires) => {
    const { auth_mode: _mode, ...old } = { ...LOGIN, tokens };
    expect(parseLogin(JSON.stringify(old))).toMatchObject({ renews, expires });
  });
});

describe('a login of codex with a key', () => {
  test.each([
    { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-1' },
    { OPENAI_API_KEY: 'sk-1' },
    { ...LOGIN, auth_mode: 'apikey', OPENAI_API_KEY: 'sk-1' },
    { OPENAI_API_KEY: 'sk-1', tokens: LOGIN.tokens },
  ])('is copied as that key alone', (login) => {
    expect(parseLogin(JSON.stringify(login))).toMatchObject({ renews: false, expires: undefined });
    expect(copyOf(login, false)).toEqual({ auth_mode: 'apikey', OPENAI_API_KEY: 'sk-1' });
  });
});

describe('the login file of codex', () => {
  test.each(['', '{', 'null', '[]', '{}', '{"tokens":null}', '{"tokens":{"access_token":""},"OPENAI_API_KEY":""}'])(
    'is no login: %j',
    (text) => {
      expect(parseLogin(text)).toBeUndefined();
    },
  );

  test('may hold anything without harm', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        parseLogin(json);
        parseLogin(text);
        parseLogin(JSON.stringify({ tokens: { access_token: `a.${encoded(json)}.b` } }));
      }),
    );
  });

  test('is in the usual directory, or where CODEX_HOME says', () => {
    expect(hostPlaces({}, '/home/ann')).toEqual({ file: '/home/ann/.codex/auth.json', keychain: [] });
    expect(hostPlaces({ CODEX_HOME: '/work/codex' }, '/home/ann').file).toBe('/work/codex/auth.json');
  });
});

test('what tells one login of codex from the next is its refresh token', () => {
  const parsed = (login: object) => parseLogin(JSON.stringify(login));
  const renewed = { ...LOGIN, tokens: { ...LOGIN.tokens, access_token: token({ exp: 1_900_000_000 }) } };
  expect(parsed(LOGIN)?.rotates).toBe('rotating');
  expect(parsed(renewed)?.rotates).toBe('rotating');
  expect(parsed({ ...LOGIN, auth_mode: 'chatgptAuthTokens' })?.rotates).toBeUndefined();
});
