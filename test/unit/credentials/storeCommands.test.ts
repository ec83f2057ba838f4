import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { secretsDir } from '../../../src/config/paths.ts';
import { readSource } from '../../../src/credentials/sources/index.ts';
import { storeOf } from '../../../src/credentials/store.ts';
import { type TestContext, testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';

const VALUE = 'tok-0123456789';
const CONFIG = 'clients:\n  acme: # ours\n';

/** A home with client acme; `input` is what comes in on standard input. */
async function home(config: string | undefined = CONFIG): Promise<TestContext> {
  const context = testContext(await temporary(), { boxes: [] });
  await mkdir(context.paths.configDir, { recursive: true });
  if (config !== undefined) await writeFile(context.paths.configFile, config, { mode: 0o600 });
  return context;
}

function creds(context: TestContext, args: readonly string[], input: string | Buffer = VALUE): Promise<number> {
  const stream = new PassThrough();
  stream.end(input);
  return runProgram(['creds', ...args], { ...context, io: { ...context.io, in: stream } });
}

const configText = (context: TestContext) => readFile(context.paths.configFile, 'utf8');
const stored = (context: TestContext, client = 'acme') =>
  readFile(join(secretsDir(context.paths, client), 'TOKEN'), 'utf8');
const SET = ['set', 'TOKEN', '--client', 'acme', '--store', 'file'];

describe('creds set', () => {
  test('keeps the value in a file (0600) in a directory (0700) of its own, and names it in the configuration', async () => {
    const context = await home();
    await creds(context, SET);
    expect(await stored(context)).toBe(VALUE);
    const directory = secretsDir(context.paths, 'acme');
    expect((await stat(join(directory, 'TOKEN'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, '..'))).mode & 0o777).toBe(0o700);
    const { clients } = await context.config();
    expect(clients.get('acme')?.credentials).toEqual({
      TOKEN: { source: { store: 'file' }, deliver: 'auto', agents: undefined },
    });
    expect(context.written).toEqual({
      out: '',
      err: 'TOKEN of client acme is kept in a file of agentbox, which is not encrypted\n',
    });
  });

  test('replaces the value and leaves the configuration as it is', async () => {
    const line = '      TOKEN: { store: file, agents: [ claude ] } # of ours\n';
    const context = await home(`clients:\n  acme:\n    credentials:\n${line}`);
    await creds(context, ['set', 'TOKEN', '--client', 'acme']);
    await creds(context, ['--client', 'acme', 'set', 'TOKEN'], 'another\n');
    expect(await stored(context)).toBe('another');
    expect(await configText(context)).toContain(line);
    expect(context.written.err).toContain('is replaced in');
  });

  test.each([undefined, '', 'defaults:\n  agent: shell\n', 'clients: {}\n', 'clients:\n  default:\n'])(
    'works for client default with the configuration %j',
    async (text) => {
      const context = await home(text);
      await creds(context, ['set', 'TOKEN', '--store', 'file']);
      expect(await stored(context, 'default')).toBe(VALUE);
      expect((await context.config()).clients.get('default')?.credentials).toHaveProperty('TOKEN');
    },
  );

  test('takes all of standard input but one newline at its end', async () => {
    const context = await home();
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !value.includes('\0'));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        await creds(context, SET, `${value}\n`);
        expect(await stored(context)).toBe(value);
        const secret = { client: 'acme', name: 'TOKEN' };
        expect(await readSource({ store: 'file' }, context, secret)).toBe(value);
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['a\0b', 'NUL'],
    [Buffer.from([0x61, 0xff]), 'no text'],
    ['x'.repeat(1024 * 1024 + 1), 'larger than 1 MiB'],
  ])('refuses a value that no variable can hold', async (input, why) => {
    const context = await home();
    await expect(creds(context, SET, input)).rejects.toThrow(why);
    expect(await readdir(context.paths.configDir)).toEqual(['config.yaml']);
    expect(await configText(context)).toBe(CONFIG);
  });

  test.each([
    [['TOKEN=s3cret'], 'a value is never given on the command line'],
    [['TOKEN', 's3cret'], 'a value is never given on the command line'],
    [['s3cret', 'TOKEN'], 'a value is never given on the command line'],
    [['s3-cret'], 'takes the name of a variable'],
    [[], 'takes the name of a variable'],
    [['TOKEN', '--value=s3cret'], "unknown option '--value'"],
    [['TOKEN', '--store=s3cret-store'], 'It is one of keychain, file'],
  ])('%j is refused, and what was typed is not repeated', async (words, message) => {
    const context = await home();
    const error = await creds(context, ['set', ...words]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) });
    if (!words.some((word) => word.startsWith('--store'))) expect(JSON.stringify(error)).not.toContain('cret');
  });

  test('leaves another source alone', async () => {
    const text = 'clients:\n  acme:\n    credentials:\n      TOKEN: { env: THEIRS }\n';
    const context = await home(text);
    const error = await userError(() => creds(context, SET));
    expect(error.message).toBe('TOKEN has another source already: environment THEIRS');
    expect(await configText(context)).toBe(text);
    const kept = await home(text.replace('env: THEIRS', 'store: keychain'));
    expect((await userError(() => creds(kept, SET))).next).toEqual(['agentbox creds rm TOKEN, then set it again']);
  });

  test('needs a client that is there', async () => {
    const error = await userError(async () => creds(await home(), ['set', 'TOKEN', '--client', 'acne']));
    expect(error).toMatchObject({ message: 'there is no client "acne"', why: 'did you mean acme?' });
  });

  test('follows no link', async () => {
    const context = await home();
    const elsewhere = await temporary();
    await mkdir(join(context.paths.dataDir, 'secrets'), { recursive: true });
    await symlink(elsewhere, secretsDir(context.paths, 'acme'));
    expect((await userError(() => creds(context, SET))).trouble).toBe('state');
    expect(await readdir(elsewhere)).toEqual([]);
  });
});

describe('what is kept in a file', () => {
  test('must not be readable by others', async () => {
    const context = await home();
    await creds(context, SET);
    const file = join(secretsDir(context.paths, 'acme'), 'TOKEN');
    await (await import('node:fs/promises')).chmod(file, 0o644);
    const secret = { client: 'acme', name: 'TOKEN' };
    const error = await userError(() => readSource({ store: 'file' }, context, secret));
    expect(error).toMatchObject({ trouble: 'refused', message: `${file} can be read by others` });
  });

  test('belongs to one client', async () => {
    const context = await home('clients:\n  acme:\n  globex:\n');
    await creds(context, SET);
    expect(await storeOf('file', context).get({ client: 'globex', name: 'TOKEN' })).toBeUndefined();
  });

  test('that is not there says how to set it', async () => {
    const secret = { client: 'acme', name: 'TOKEN' };
    const context = await home();
    const error = await userError(() => readSource({ store: 'file' }, context, secret));
    expect(error).toMatchObject({ trouble: 'credentials', message: 'no value is kept for TOKEN of client acme' });
    expect(error.next).toEqual(['agentbox creds set TOKEN --client acme']);
  });
});

describe('creds rm', () => {
  test('removes the value and its line', async () => {
    const context = await home();
    await creds(context, SET);
    await creds(context, ['rm', 'TOKEN', '--client', 'acme', '--yes']);
    await expect(stored(context)).rejects.toThrow('ENOENT');
    expect((await context.config()).clients.get('acme')).toEqual({});
    expect(await configText(context)).toContain('# ours');
  });

  test('removes a value that the configuration does not name', async () => {
    const context = await home();
    await storeOf('file', context).set({ client: 'acme', name: 'TOKEN' }, VALUE);
    const silent = { ...context, execute: async () => expect.unreachable(), platform: 'freebsd' as const };
    await creds(silent, ['rm', 'TOKEN', '--client', 'acme', '--yes']);
    await expect(stored(context)).rejects.toThrow('ENOENT');
    const again = userError(() => creds(silent, ['rm', 'TOKEN', '--client', 'acme', '--yes']));
    expect((await again).message).toBe('client acme has no credential TOKEN');
  });

  test('leaves what it does not keep', async () => {
    const context = await home('clients:\n  acme:\n    credentials:\n      TOKEN: { env: THEIRS }\n');
    const error = await userError(() => creds(context, ['rm', 'TOKEN', '--client', 'acme', '--yes']));
    expect(error).toMatchObject({ message: 'TOKEN of client acme is not kept by agentbox' });
  });

  test('asks first', async () => {
    const context = await home();
    await creds(context, SET);
    await expect(creds(context, ['rm', 'TOKEN', '--client', 'acme'])).rejects.toThrow('there is no terminal to ask');
    expect(await stored(context)).toBe(VALUE);
  });
});

test('creds --all shows every client, and asks no program twice', async () => {
  const context = await home(
    ['acme', 'globex']
      .map((name) => `  ${name}:\n    credentials: { TOKEN: { command: [give, it] } }\n`)
      .join('')
      .replace(/^/, 'clients:\n'),
  );
  let runs = 0;
  const execute = async () => {
    runs += 1;
    return { code: 0, stdout: VALUE, stderr: '', timedOut: false, missing: false };
  };
  await creds({ ...context, execute }, ['--all', '--agent', 'shell']);
  expect(context.written.out).toMatch(/^CLIENT +AGENT/);
  expect(context.written.out).toMatch(
    /\nacme +shell +TOKEN +command give +env +- +ok: not brokered: no host is known for it\n/,
  );
  expect(context.written.out).toMatch(/\nglobex +shell +TOKEN/);
  expect(context.written.out).toMatch(/\ndefault +shell/);
  expect(runs).toBe(1);
  await expect(creds(context, ['--all', '--client', 'acme'])).rejects.toThrow('--all goes with');
});
