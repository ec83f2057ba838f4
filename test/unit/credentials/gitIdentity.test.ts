import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GitSetting, gitConfigText, parseGitList } from '../../../src/credentials/gitConfigText.ts';
import { gitIdentity } from '../../../src/credentials/gitIdentity.ts';
import { temporary } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { ended, put, world } from './support.ts';

/** What the real git reads in a configuration file. */
function read(file: string): readonly GitSetting[] {
  return parseGitList(
    execFileSync('git', ['config', '--file', file, '--no-includes', '--list', '-z'], { cwd: '/' }).toString(),
  );
}

async function staged(
  hostConfig: string,
  git: { name?: string; email?: string } = {},
): Promise<Record<string, string | undefined>> {
  const deps = await world();
  await put(join(deps.paths.home, '.gitconfig'), hostConfig);
  const frame = await gitIdentity(profile({ git: { name: git.name, email: git.email } }), deps);
  if (frame.op !== 'file') throw new Error('no file');
  const file = await put(join(await temporary(), 'config'), frame.content);
  return Object.fromEntries(read(file).map(({ key, value }) => [key, value]));
}

describe('the git configuration of a box', () => {
  test('is read by a git that gets nothing of the caller’s environment', async () => {
    const seen: unknown[] = [];
    const deps = await world({
      env: { PATH: '/usr/bin', ACME_KEY: 's3cret-value' },
      execute: async (_, options) => {
        seen.push(options?.env);
        return ended({});
      },
    });
    await put(join(deps.paths.home, '.gitconfig'), '[user]\n name = Ann Lee\n');
    await gitIdentity(profile(), deps);
    expect(seen).toEqual([{ PATH: '/usr/bin', HOME: deps.paths.home }]);
  });

  test('has the identity and the habits of the host', async () => {
    const config = await staged(
      `[user]\n name = Ann Lee\n email = ann@example.com\n[pull]\n rebase = true\n[alias]\n co = checkout\n[color "diff"]\n meta = yellow bold\n[init]\n defaultBranch = main\n`,
    );
    expect(config).toEqual({
      'user.name': 'Ann Lee',
      'user.email': 'ann@example.com',
      'pull.rebase': 'true',
      'alias.co': 'checkout',
      'color.diff.meta': 'yellow bold',
      'init.defaultbranch': 'main',
      'safe.directory': '*',
    });
  });

  test('has nothing that runs a program, includes a file or names one of the host', async () => {
    const config = await staged(
      [
        '[include]\n path = ~/secret.inc',
        '[includeIf "gitdir:/"]\n path = ~/secret.inc',
        '[core]\n editor = vim\n sshCommand = ssh -i key\n hooksPath = /hooks\n pager = less\n fsmonitor = /bin/x\n excludesFile = ~/.ignore',
        '[credential]\n helper = !gh auth git-credential',
        '[credential "https://github.com"]\n helper = store',
        '[alias]\n evil = "!sh -c id"\n spaced = "  !id"',
        '[diff "x"]\n textconv = cat\n[diff]\n external = /bin/x',
        '[filter "lfs"]\n clean = git-lfs clean -- %f',
        '[gpg]\n program = gpg\n[commit]\n gpgSign = true\n[user]\n signingKey = ABC',
        '[url "ssh://git@host/"]\n insteadOf = https://host/',
        '[init]\n templateDir = ~/t\n[sequence]\n editor = x\n[http]\n proxy = http://user:pw@p\n extraHeader = Authorization: x',
      ].join('\n'),
    );
    expect(config).toEqual({ 'safe.directory': '*' });
  });

  test('has the identity of the client in the place of the host’s, and of none beside it', async () => {
    const host = '[user]\n name = Ann\n email = ann@home\n[author]\n email = other@home\n[committer]\n name = Other\n';
    expect(await staged(host, { name: 'Acme Bot', email: 'bot@acme.test' })).toEqual({
      'user.name': 'Acme Bot',
      'user.email': 'bot@acme.test',
      'safe.directory': '*',
    });
  });

  test.each(['', '[user\n name = broken'])('is there without a usable file on the host: %j', async (text) => {
    expect(await staged(text, { name: 'A' })).toEqual({ 'user.name': 'A', 'safe.directory': '*' });
  });

  test('is there on a host without git', async () => {
    const deps = await world({ execute: async () => ended({ code: 127, missing: true }) });
    await put(join(deps.paths.home, '.gitconfig'), '[user]\nname = Ann\n');
    expect(await gitIdentity(profile(), deps)).toMatchObject({ path: '/home/agent/.gitconfig', mode: '600' });
  });

  test('reads the file of XDG before that of the home, and another one where git is told so', async () => {
    const deps = await world();
    const { home } = deps.paths;
    await put(join(home, '.config/git/config'), '[user]\nname = Weak\nemail = weak@x\n');
    await put(join(home, '.gitconfig'), '[user]\nname = Strong\n');
    const other = await put(join(home, 'other'), '[user]\nname = Other\n');
    const usual = await gitIdentity(profile(), deps);
    const named = await gitIdentity(profile(), { ...deps, env: { GIT_CONFIG_GLOBAL: other } });
    const names = (frame: typeof usual) =>
      frame.op === 'file' ? [...frame.content.matchAll(/(?:name|email) = "(.*)"/g)].map((match) => match[1]) : [];
    expect(names(usual)).toEqual(['Weak', 'weak@x', 'Strong']);
    expect(names(named)).toEqual(['Other']);
  });
});

describe('the text of a git configuration', () => {
  test('is read by git as exactly the settings it was made of', async () => {
    const folder = await temporary();
    const file = join(folder, 'config');
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const text = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom('"', '\\', '\n', '\t', '\b', '#', ';', ' ', '[', '=', '!', 'ü', '\r'),
          fc.string({ minLength: 1, maxLength: 1 }),
        ),
      })
      .filter((value) => !value.includes('\0'));
    const subsection = text.filter((value) => !/[\n\0]/.test(value));
    const key = fc.oneof(
      fc.tuple(name, name).map(([section, last]) => `${section}.${last}`),
      fc.tuple(name, subsection, name).map(([section, middle, last]) => `${section}.${middle}.${last}`),
    );
    const setting = fc.record({ key, value: fc.option(text, { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(setting, { maxLength: 20 }), async (settings) => {
        await writeFile(file, gitConfigText(settings));
        expect(read(file)).toEqual(settings);
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  test.each(['nodot', '.x', 'a.', 'a.b\nc.d', 'bad name.x', 'a.1x'])('refuses a key no file can hold: %j', (key) => {
    expect(() => gitConfigText([{ key, value: 'x' }])).toThrow('no git setting');
  });
});
