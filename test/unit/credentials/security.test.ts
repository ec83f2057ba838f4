import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../../src/credentials/sources/index.ts';
import { storeOf } from '../../../src/credentials/store.ts';
import { type Execute, execute } from '../../../src/execute.ts';
import { temporary, userError } from '../support/config.ts';
import { ended, world } from './support.ts';

const STAND_IN = fileURLToPath(new URL('../../stand-ins/security.mjs', import.meta.url));
const SECRET = { client: 'acme', name: 'TOKEN' };
const VALUE = 'tok-0123456789abcdef';

/** A Mac whose `security` is the stand-in, in a state; `calls` are the arguments of every program that was run. */
async function mac(state?: string) {
  const log = join(await temporary(), 'log');
  const calls: (readonly string[])[] = [];
  const run: Execute = async (argv, options) => {
    calls.push(argv);
    if (argv[0] !== '/usr/bin/security') throw new Error(`not security but ${argv[0]}`);
    const env = {
      ...process.env,
      SECURITY_LOG: log,
      SECURITY_STATE: state,
      SECURITY_ITEM: 'acme openai',
      SECURITY_VALUE: VALUE,
    };
    // The real limit is for people; the stand-in never answers.
    const timeout = state === 'silent' ? 500 : (options?.timeout ?? 0);
    return execute([process.execPath, STAND_IN, ...argv.slice(1)], { ...options, env, timeout });
  };
  const deps = await world({ platform: 'darwin', execute: run });
  return { deps, calls, log: () => readFile(log, 'utf8') };
}

const asked = (state?: string) =>
  mac(state).then(({ deps }) => userError(() => readSource({ keychain: 'acme openai' }, deps, SECRET)));

describe('an item that security made', () => {
  test('is read by security, asked by its full path, with the name as one argument and no value', async () => {
    const { deps, calls, log } = await mac();
    expect(await readSource({ keychain: 'acme openai' }, deps, SECRET)).toBe(VALUE);
    expect(JSON.parse(await log())).toEqual(['find-generic-password', '-s', 'acme openai', '-w']);
    expect(JSON.stringify(calls)).not.toContain(VALUE);
  });

  test('that is not there says how to add it', async () => {
    const { deps } = await mac('missing');
    const error = await userError(() => readSource({ keychain: 'acme' }, deps, SECRET));
    expect(error).toMatchObject({ trouble: 'credentials', message: 'the keychain has no item acme' });
    expect(error.next).toEqual(['security add-generic-password -s acme -a ann -w']);
  });

  test.each([
    ['locked', 'the keychain is locked, and does not give acme openai', 'User interaction is not allowed'],
    ['denied', 'the keychain was not allowed to give acme openai', 'User canceled the operation'],
    ['wrong', 'the keychain was not allowed to give acme openai', 'passphrase you entered is not correct'],
    ['absent', 'there is no keychain to ask for acme openai', 'A default keychain could not be found'],
    ['silent', 'the keychain did not answer for acme openai', 'nothing came within 5 s'],
  ])('in a keychain that is %s has its own message', async (state, message, why) => {
    const error = await asked(state);
    expect(error).toMatchObject({ trouble: 'credentials', message, why: expect.stringContaining(why) });
    expect(error.next.length).toBeGreaterThan(0);
  });

  test('is waited for 5 s, and for 60 s where somebody sees what is asked', async () => {
    for (const [terminal, limit] of [
      [false, 5000],
      [true, 60_000],
    ] as const) {
      let seen: number | undefined;
      const deps = await world({
        platform: 'darwin',
        execute: async (_, options) => {
          seen = options?.timeout;
          return ended({ stdout: VALUE });
        },
      });
      const io = { ...deps.io, errIsTerminal: terminal };
      expect(await readSource({ keychain: 'acme' }, { ...deps, io }, SECRET)).toBe(VALUE);
      expect(seen).toBe(limit);
    }
  });
});

// The library itself runs on Macs alone: this is what it is asked, and how.
describe("agentbox's own items on a Mac", () => {
  test('go through the library, in a process that gets the value by its standard input', async () => {
    const calls: unknown[] = [];
    const deps = await world({
      platform: 'darwin',
      execute: async (argv, options) => {
        expect(JSON.stringify(argv)).not.toContain(VALUE);
        calls.push(JSON.parse(String(options?.input)));
        return ended({ stdout: '{"value":""}' });
      },
    });
    const store = storeOf('keychain', deps);
    await store.set(SECRET, VALUE);
    expect(await store.remove(SECRET)).toBe(true);
    const item = { service: 'agentbox', account: 'acme/TOKEN' };
    expect(calls).toEqual([
      { ...item, action: 'set', value: VALUE },
      { ...item, action: 'delete' },
    ]);
  });

  test.each([
    ['Platform failure: User interaction is not allowed.', 'the keychain is locked'],
    ['Platform failure: User canceled the operation.', 'the keychain was not allowed to give'],
    ['Platform failure: The user name or passphrase you entered is not correct.', 'was not allowed to give'],
    ["Couldn't access platform storage: A default keychain could not be found.", 'there is no keychain to ask for'],
    ['Platform failure: something else', 'the keychain failed for'],
  ])('%s', async (error, message) => {
    const deps = await world({
      platform: 'darwin',
      execute: async () => ended({ stdout: JSON.stringify({ error }) }),
    });
    const thrown = await userError(() => readSource({ store: 'keychain' }, deps, SECRET));
    expect(thrown.message).toContain(message);
    expect(thrown.message).toContain('TOKEN of client acme');
  });
});
