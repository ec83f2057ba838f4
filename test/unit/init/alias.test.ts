import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { aliasLine, shellOf, startFile } from '../../../src/init/alias.ts';
import { printAlias } from '../../../src/init/aliasCommand.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

const ACME = ['agentbox', 'run', '--client', 'acme'];

test.each([
  ['zsh', ACME, "alias cb='agentbox run --client acme'"],
  ['bash', ACME, "alias cb='agentbox run --client acme'"],
  ['fish', ACME, "alias cb 'agentbox run --client acme'"],
  ['zsh', ['agentbox', 'run', '--allow', '*.a.test'], `alias cb='agentbox run --allow '\\''*.a.test'\\'''`],
  ['fish', ['agentbox', 'run', '--allow', '*.a.test'], String.raw`alias cb 'agentbox run --allow \'*.a.test\''`],
] as const)('a line for %s of %j', (shell, argv, line) => {
  expect(aliasLine(shell, 'cb', argv)).toBe(line);
});

test('bash reads the line back as the words that went in', () => {
  const words = ['printf', '[%s]', "it's", '*.a.test', '$HOME', 'a b'];
  const script = `shopt -s expand_aliases\n${aliasLine('bash', 'cb', words)}\ncb\n`;
  expect(spawnSync('bash', ['--norc'], { input: script, encoding: 'utf8' }).stdout).toBe(
    "[it's][*.a.test][$HOME][a b]",
  );
});

test('the shell is that of SHELL, and an unknown one says what to type', () => {
  expect(shellOf('/usr/bin/zsh')).toBe('zsh');
  for (const shell of ['/bin/tcsh', '', undefined]) expect(() => shellOf(shell)).toThrow(UsageError);
  expect(() => aliasLine('zsh', 'a b; rm', ACME)).toThrow(UsageError);
});

test.each([
  ['zsh', {}, '/h/.zshrc'],
  ['zsh', { ZDOTDIR: '/h/.zsh' }, '/h/.zsh/.zshrc'],
  ['bash', {}, '/h/.bashrc'],
  ['fish', { XDG_CONFIG_HOME: '/x' }, '/x/fish/config.fish'],
] as const)('%s with %j begins with %s', (shell, env, file) => {
  expect(startFile(shell, { env, home: '/h', platform: 'linux' })).toBe(file);
});

test('only the line is on standard output, and a client that is not there is an error', async () => {
  const context = testContext(await temporary());
  await printAlias(context, { alias: true, shell: 'zsh', agent: ['codex'] });
  expect(context.written).toEqual({
    out: "alias cb='agentbox run --agent codex'\n",
    err: 'a line for ~/.zshrc; new shells have it then\n',
  });
  await expect(printAlias(context, { alias: 'x', shell: 'zsh', client: 'acme' })).rejects.toThrow('no client "acme"');
});
