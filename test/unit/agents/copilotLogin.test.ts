import { describe, expect, test } from 'vitest';
import { copilotHostPlaces, parseCopilotLogin } from '../../../src/agents/copilotLogin.ts';

// As copilot 1.0.102 writes it.
const CONFIG = `// User settings belong in settings.json.
// This file is managed automatically.
{
  "firstLaunchAt": "2026-01-01T00:00:00.000Z",
  "authTokens": {
    "https://github.com:octo:github": { "token": "gho_x" },
    "https://github.com:octo": { "token": "gho_x", "refreshToken": "ghr_x" }
  },
  "loggedInUsers": [{ "host": "https://github.com", "login": "octo", "kind": "githubDotCom" }],
  "lastLoggedInUser": { "host": "https://github.com", "login": "octo" }
}`;

describe('the login of copilot', () => {
  test('lies in .copilot of the home, or in COPILOT_HOME', () => {
    expect(copilotHostPlaces({}, '/home/u').file).toBe('/home/u/.copilot/config.json');
    expect(copilotHostPlaces({ COPILOT_HOME: '/c' }, '/home/u').file).toBe('/c/config.json');
  });

  test('does not end', () => {
    expect(parseCopilotLogin(CONFIG)).toMatchObject({ renews: true, expires: undefined });
  });

  test('is put beside what the box has, without anything that refreshes and nothing else of the host', () => {
    const copy = parseCopilotLogin(CONFIG)?.copyInto('// c\n{"trustedFolders":["/workspace"]}', false) ?? '';
    expect(JSON.parse(copy)).toEqual({
      trustedFolders: ['/workspace'],
      authTokens: {
        'https://github.com:octo:github': { token: 'gho_x' },
        'https://github.com:octo': { token: 'gho_x' },
      },
      loggedInUsers: [{ host: 'https://github.com', login: 'octo', kind: 'githubDotCom' }],
      lastLoggedInUser: { host: 'https://github.com', login: 'octo' },
    });
    expect(parseCopilotLogin(CONFIG)?.copyInto(undefined, true)).toContain('ghr_x');
  });

  test.each([
    '',
    'x',
    '[]',
    '// c\n{}',
    '{"authTokens":{}}',
    '{"authTokens":{"a":{"token":""}}}',
    '{"authTokens":"t"}',
  ])('is not %j', (text) => {
    expect(parseCopilotLogin(text)).toBeUndefined();
  });
});
