import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fromKeychain } from '../../../src/credentials/sources/keychain.ts';
import { storeOf } from '../../../src/credentials/store.ts';
import type { Executed } from '../../../src/execute.ts';
import { testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';
import { ended, world } from './support.ts';

const SECRET = { client: 'acme', name: 'TOKEN' };

// What a real keyring does is in test/e2e/keychain.test.ts.
describe('the keyring of Linux', () => {
  const answering = (answer: Partial<Executed>, env = {}) => world({ env, execute: async () => ended(answer) });
  const failing = async (error: string, env = {}) => {
    const deps = await answering({ stdout: JSON.stringify({ error }) }, env);
    return userError(() => fromKeychain('acme', deps));
  };

  test.each([
    ['Secret Service: unlock prompt was dismissed', {}, 'the keychain is locked, and does not give acme'],
    ['Secret Service: object locked', {}, 'the keychain is locked, and does not give acme'],
    [
      'Secret Service: unlock prompt was dismissed',
      { WAYLAND_DISPLAY: 'wayland-0' },
      'the keychain was not allowed to give acme',
    ],
    ['Platform failure: DBus error: Failed to connect to socket /x', {}, 'there is no keychain to ask for acme'],
    [
      'Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files',
      { DISPLAY: ':0' },
      'there is no keychain to ask for acme',
    ],
    ['Platform failure: DBus error: Did not receive a reply.', {}, 'the keychain did not answer for acme'],
    ['No default store has been set', {}, 'the keychain failed for acme'],
  ])('%s, %j', async (words, env, message) => {
    expect(await failing(words, env)).toMatchObject({ trouble: 'credentials', message });
  });

  test('that gives no answer in time is no hang', async () => {
    const deps = await answering({ code: 1, timedOut: true });
    const error = await userError(() => fromKeychain('acme', deps));
    expect(error).toMatchObject({ message: 'the keychain did not answer for acme' });
    expect(error.why).toContain('nothing came within 5 s');
  });

  test('that crashes tells nothing of what it printed', async () => {
    const deps = await answering({ code: 139, stdout: '{"value":"half of the sec' });
    const error = await userError(() => fromKeychain('acme', deps));
    expect(error).toMatchObject({ why: 'the keyring library ended with 139' });
  });

  test('without the library says what to install', async () => {
    const deps = await answering({ stdout: '{"unloadable":"Cannot find native binding."}' });
    const error = await userError(() => fromKeychain('acme', deps));
    expect(error).toMatchObject({ message: 'the keychain cannot be used here', why: 'Cannot find native binding.' });
    expect(error.next[0]).toContain('@napi-rs/keyring');
  });

  test('without the item says how to add it, or how to set the value', async () => {
    const deps = await answering({ stdout: '{"value":null}' });
    expect((await userError(() => fromKeychain('acme', deps))).next).toEqual([
      'secret-tool store --label=acme service acme username ann',
    ]);
    expect(await storeOf('keychain', deps).get(SECRET)).toBeUndefined();
  });
});

test.each([
  [true, /may be asking for its password.*60 s/],
  [false, /^$/],
])('with a terminal (%s) a slow keychain is said to be asking', async (terminal, words) => {
  const context = testContext(await temporary());
  const slow = { ...context, platform: 'linux' as const, io: { ...context.io, errIsTerminal: terminal } };
  const execute = async () => {
    await setTimeout(1300);
    return ended({ stdout: '{"value":"v"}' });
  };
  expect(await fromKeychain('acme', { ...slow, execute })).toBe('v');
  expect(context.written.err).toMatch(words);
});

test('a platform without a keychain gets the remedy', async () => {
  const deps = await world({ platform: 'freebsd' });
  const error = await userError(() => fromKeychain('acme', deps));
  expect(error).toMatchObject({ trouble: 'credentials', why: 'there is no keychain for freebsd' });
});
