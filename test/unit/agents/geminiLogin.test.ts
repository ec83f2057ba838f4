import { describe, expect, test } from 'vitest';
import { geminiHostPlaces, parseGeminiLogin } from '../../../src/agents/geminiLogin.ts';

const LOGIN = { access_token: 'a', refresh_token: 'r', expiry_date: 1_900_000_000_000, id_token: 'i' };

describe('the login of gemini', () => {
  test('lies in .gemini of the home, or of what GEMINI_CLI_HOME names', () => {
    expect(geminiHostPlaces({}, '/home/u').file).toBe('/home/u/.gemini/oauth_creds.json');
    expect(geminiHostPlaces({ GEMINI_CLI_HOME: '/g' }, '/home/u').file).toBe('/g/.gemini/oauth_creds.json');
  });

  test('says when it ends and whether it renews itself', () => {
    expect(parseGeminiLogin(JSON.stringify(LOGIN))).toMatchObject({ renews: true, expires: 1_900_000_000_000 });
    expect(parseGeminiLogin('{"access_token":"a"}')).toMatchObject({ renews: false, expires: undefined });
  });

  test('is copied without its refresh token, unless that is asked for', () => {
    const parsed = parseGeminiLogin(JSON.stringify(LOGIN));
    const { refresh_token: _, ...rest } = LOGIN;
    expect(JSON.parse(parsed?.copyInto('{"old":1}', false) ?? '')).toEqual(rest);
    expect(JSON.parse(parsed?.copyInto(undefined, true) ?? '')).toEqual(LOGIN);
  });

  test('is told from the next by its refresh token, which stays when it is renewed', () => {
    const rotates = (login: object) => parseGeminiLogin(JSON.stringify(login))?.rotates;
    expect(rotates(LOGIN)).toBe('r');
    expect(rotates({ ...LOGIN, access_token: 'b', expiry_date: 1 })).toBe('r');
    expect(rotates({ access_token: 'a' })).toBeUndefined();
  });

  test.each(['', 'x', '[]', 'null', '{}', '{"access_token":""}', '{"access_token":1}', '{"refresh_token":"r"}'])(
    'is not %j',
    (text) => {
      expect(parseGeminiLogin(text)).toBeUndefined();
    },
  );
});
