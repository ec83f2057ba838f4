import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CredentialSource } from '../../../src/config/profile.ts';
import { readSource, sourceInWords } from '../../../src/credentials/sources/index.ts';
import { type Execute, execute } from '../../../src/execute.ts';
import { temporary, userError } from '../support/config.ts';
import { ended, put, world } from './support.ts';

const SECRET = { client: 'acme', name: 'CORP_KEY' };

describe('a value from the environment', () => {
  test('is that of the named variable', async () => {
    expect(await readSource({ env: 'CORP_KEY' }, await world({ env: { CORP_KEY: ' v ' } }), SECRET)).toBe(' v ');
  });

  test.each([
    [{}, 'CORP_KEY is not set'],
    [{ CORP_KEY: '' }, 'CORP_KEY is empty'],
  ])('must be there', async (env, message) => {
    const deps = await world({ env });
    const error = await userError(() => readSource({ env: 'CORP_KEY' }, deps, SECRET));
    expect(error).toMatchObject({ trouble: 'credentials', message, next: ['export CORP_KEY=…'] });
  });
});

describe('a value from a file', () => {
  test.each([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['two\nlines\n\n', 'two\nlines\n'],
  ])('%j is %j', async (text, value) => {
    const file = await put(join(await temporary(), 'key'), text);
    expect(await readSource({ file }, await world(), SECRET)).toBe(value);
  });

  test('must not be readable by others', async () => {
    const file = await put(join(await temporary(), 'key'), 'secret', 0o640);
    const error = await userError(async () => readSource({ file }, await world(), SECRET));
    expect(error).toMatchObject({ trouble: 'refused', next: [`chmod 600 ${file}`] });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test.each(['absent', 'empty'])('must not be %s', async (kind) => {
    const file = join(await temporary(), 'key');
    if (kind === 'empty') await put(file, '\n');
    expect((await userError(async () => readSource({ file }, await world(), SECRET))).trouble).toBe('credentials');
  });

  test('is never taken through a link, from a directory or from a pipe that waits', async () => {
    const folder = await temporary();
    await put(join(folder, 'real'), 'secret');
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await execute(['mkfifo', join(folder, 'pipe')]);
    for (const [name, why] of [
      ['link', 'link'],
      ['pipe', 'not a file'],
      ['.', 'not a file'],
    ] as const) {
      const error = await userError(async () => readSource({ file: join(folder, name) }, await world(), SECRET));
      expect(error.why).toContain(why);
    }
  });
});

describe('a value from a command', () => {
  const fails = async (command: readonly string[], execute?: Execute) => {
    const deps = await world(execute === undefined ? {} : { execute });
    return userError(() => readSource({ command }, deps, SECRET));
  };

  test('is what the program prints, without white space around it', async () => {
    expect(await readSource({ command: ['printf', '\n  %s \n', 'a b'] }, await world(), SECRET)).toBe('a b');
  });

  test('is no business of a shell', async () => {
    expect(await readSource({ command: ['echo', '$HOME; id'] }, await world(), SECRET)).toBe('$HOME; id');
  });

  test('of a failing program gives the last line it complained with, but nothing it printed', async () => {
    const script = 'echo tok-123456; echo first >&2; echo "cannot refresh tok-123456" >&2; exit 3';
    const error = await fails(['sh', '-c', script]);
    expect(error).toMatchObject({ trouble: 'credentials', message: 'the command sh gave no value' });
    expect(error.why).toBe('cannot refresh ••••');
  });

  test('of a program that fails without a word tells its exit code', async () => {
    expect((await fails(['sh', '-c', 'exit 7'])).why).toBe('it ended with 7');
  });

  test('must not be empty', async () => {
    expect((await fails(['true'])).why).toBe('it printed nothing');
  });

  test('needs a program that is there', async () => {
    expect(await fails(['agentbox-no-such-program'])).toMatchObject({ why: 'there is no such program' });
  });

  test('is waited for at most ten seconds', async () => {
    let limit: number | undefined;
    const error = await fails(['slow'], async (_, options) => {
      limit = options?.timeout;
      return ended({ code: 1, timedOut: true });
    });
    expect(limit).toBe(10_000);
    expect(error.why).toBe('it took longer than 10 s');
  });
});

test.each<[CredentialSource, string]>([
  [{ env: 'A' }, 'environment A'],
  [{ file: '/k' }, 'file /k'],
  [{ command: ['op', 'read', 'op://secret'] }, 'command op'],
  [{ keychain: 'acme' }, 'keychain acme'],
  [{ store: 'keychain' }, 'creds set, keychain'],
  [{ store: 'file' }, 'creds set, a file that is not encrypted'],
])('%j in words is %s', (source, words) => {
  expect(sourceInWords(source)).toBe(words);
});
