import { describe, expect, test } from 'vitest';
import { hostPlaces, parseLogin } from '../../../src/agents/claudeLogin.ts';

const LOGIN = {
  claudeAiOauth: {
    accessToken: 'access',
    refreshToken: 'refresh',
    expiresAt: 1_800_000_000_000,
    refreshTokenExpiresAt: 1_900_000_000_000,
    scopes: ['user:inference'],
    subscriptionType: 'max',
  },
  mcpOAuth: { server: { accessToken: 'host-mcp' } },
};

describe('a login of claude', () => {
  test('is copied without its refresh token and without anything else of the host', () => {
    const copy = JSON.parse(parseLogin(JSON.stringify(LOGIN))?.copyInto(undefined, false) ?? '');
    const { accessToken, expiresAt, scopes, subscriptionType } = LOGIN.claudeAiOauth;
    expect(copy).toEqual({ claudeAiOauth: { accessToken, expiresAt, scopes, subscriptionType } });
  });

  test('is copied into a login file without touching what else the box keeps there', () => {
    const existing = JSON.stringify({ claudeAiOauth: { accessToken: 'old' }, mcpOAuth: { mine: 1 } });
    const copy = JSON.parse(parseLogin(JSON.stringify(LOGIN))?.copyInto(existing, false) ?? '');
    expect(copy).toMatchObject({ claudeAiOauth: { accessToken: 'access' }, mcpOAuth: { mine: 1 } });
    expect(JSON.stringify(copy)).not.toMatch(/host-mcp|refresh"/);
  });

  test.each([
    ['with a refresh token', LOGIN.claudeAiOauth, true, 1_800_000_000_000],
    ['without one', { accessToken: 'a', expiresAt: 5 }, false, 5],
    ['with an empty one', { accessToken: 'a', refreshToken: '' }, false, undefined],
    ['whose end is no number', { accessToken: 'a', expiresAt: 'soon' }, false, undefined],
  ])('%s tells whether it renews itself and when it ends', (_, claudeAiOauth, renews, expires) => {
    expect(parseLogin(JSON.stringify({ claudeAiOauth }))).toMatchObject({ renews, expires });
  });

  test.each(['', '{', 'null', '[]', '{}', '{"claudeAiOauth":null}', '{"claudeAiOauth":{"accessToken":""}}'])(
    'is not one: %j',
    (text) => {
      expect(parseLogin(text)).toBeUndefined();
    },
  );
});

describe('the place of the login on the host', () => {
  test('is the usual one', () => {
    expect(hostPlaces({}, '/home/ann')).toEqual({
      file: '/home/ann/.claude/.credentials.json',
      keychain: ['Claude Code-credentials'],
    });
  });

  test('with another configuration directory is that, and never the login of the usual one', () => {
    expect(hostPlaces({ CLAUDE_CONFIG_DIR: '/home/ann/work' }, '/home/ann')).toEqual({
      file: '/home/ann/work/.credentials.json',
      keychain: ['Claude Code-credentials-ce709ddc'],
    });
  });

  test('with the usual directory named has both keychain items', () => {
    const { keychain } = hostPlaces({ CLAUDE_CONFIG_DIR: '/home/ann/.claude' }, '/home/ann');
    expect(keychain).toHaveLength(2);
    expect(keychain[1]).toBe('Claude Code-credentials');
  });

  test('is the same for both ways to write an accent', () => {
    const [composed, decomposed] = ['/home/é', '/home/e\u0301'].map(
      (dir) => hostPlaces({ CLAUDE_CONFIG_DIR: dir }, '/h').keychain,
    );
    expect(composed).toEqual(decomposed);
  });
});
