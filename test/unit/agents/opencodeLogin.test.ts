import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opencodeHostPlaces, parseOpencodeLogin } from '../../../src/agents/opencodeLogin.ts';

const OPENAI = { type: 'oauth', refresh: 'r-openai', access: 'a-openai', expires: 2_000, accountId: 'id' };
const COPILOT = { type: 'oauth', refresh: 'gho_1', access: 'gho_1', expires: 0 };
const KEY = { type: 'api', key: 'sk-1' };
const parse = (value: unknown) => parseOpencodeLogin(JSON.stringify(value));
const copied = (value: unknown, existing?: unknown, withRefresh = false) =>
  JSON.parse(parse(value)?.copyInto(existing === undefined ? undefined : JSON.stringify(existing), withRefresh) ?? '');

describe('a login of opencode', () => {
  test('is in the data directory of the host', () => {
    expect(opencodeHostPlaces({}, '/h')).toEqual({ file: '/h/.local/share/opencode/auth.json', keychain: [] });
    expect(opencodeHostPlaces({ XDG_DATA_HOME: '/d' }, '/h').file).toBe('/d/opencode/auth.json');
  });

  test('is copied without the token that renews it, in the form that opencode reads', () => {
    expect(copied({ openai: OPENAI })).toEqual({ openai: { ...OPENAI, refresh: '' } });
    expect(copied({ openai: OPENAI }, undefined, true)).toEqual({ openai: OPENAI });
  });

  test('is copied beside what is there, and without what points to a server', () => {
    const host = { openai: OPENAI, 'https://acme.test': { type: 'wellknown', key: 'K', token: 't' } };
    expect(copied(host, { anthropic: KEY })).toEqual({ anthropic: KEY, openai: { ...OPENAI, refresh: '' } });
  });

  test('keeps a token of GitHub, which is in the field of the refresh token and does not rotate', () => {
    expect(copied({ 'github-copilot': COPILOT })).toEqual({ 'github-copilot': COPILOT });
  });

  test.each([
    ['renews itself with a refresh token', { openai: OPENAI }, true, 2_000],
    ['does not as a copy', { openai: { ...OPENAI, refresh: '' } }, false, 2_000],
    ['has no end as a key, and needs no newer copy', { xai: KEY }, true, undefined],
    ['has no end for Copilot', { 'github-copilot': COPILOT }, true, undefined],
    ['takes a newer copy for the part that ends', { xai: KEY, openai: { ...OPENAI, refresh: '' } }, false, undefined],
    ['ends with its last part', { a: { ...OPENAI, refresh: '' }, b: { ...OPENAI, expires: 3_000 } }, true, 3_000],
  ])('%s', (_, value, renews, expires) => {
    expect(parse(value)).toMatchObject({ renews });
    expect(parse(value)?.expires).toBe(expires);
  });

  test('is told from the next by its refresh tokens and keys', () => {
    const first = parse({ openai: OPENAI, xai: KEY })?.rotates;
    expect(first).toContain('r-openai');
    expect(parse({ xai: KEY, openai: { ...OPENAI, access: 'b', expires: 9_000 } })?.rotates).toBe(first);
    expect(parse({ openai: { ...OPENAI, refresh: 'r2' }, xai: KEY })?.rotates).not.toBe(first);
    expect(parse({ openai: OPENAI, xai: { ...KEY, key: 'sk-2' } })?.rotates).not.toBe(first);
    expect(parse({ xai: KEY })?.rotates).toBeUndefined();
  });

  test('is not one without an entry that serves', () => {
    for (const text of ['', '[]', '{}', 'null', '{"a":{"type":"api"}}', '{"a":{"type":"oauth","access":""}}']) {
      expect(parseOpencodeLogin(text), text).toBeUndefined();
    }
  });

  test('never throws, and never lets a refresh token into a copy', () => {
    const entry = fc.record({
      type: fc.constantFrom('oauth', 'api', 'other'),
      refresh: fc.constant('REFRESH'),
      access: fc.string(),
      key: fc.string(),
      expires: fc.oneof(fc.double(), fc.string()),
    });
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.string(), entry), fc.jsonValue()), (value) => {
        const oauth = (of: unknown) => Object.values(of ?? {}).filter((one) => Object(one).type === 'oauth');
        const copy = parse(value)?.copyInto(undefined, false);
        expect(JSON.stringify(oauth(JSON.parse(copy ?? '{}')))).not.toContain('REFRESH');
      }),
    );
  });
});
