import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { AGENT_NAMES } from '../../../src/agents/index.ts';
import { pathOf, placeOf, subcommands } from '../../../src/cli/place.ts';
import { makeProgram, runProgram } from '../../../src/cli/program.ts';
import { AGENTS } from '../../../src/cli/words.ts';
import { UsageError } from '../../../src/errors.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

async function help(...words: string[]): Promise<string> {
  const context = testContext(await temporary());
  expect(await runProgram([...words, '--help'], context)).toBe(0);
  return context.written.out;
}

async function mistake(...words: string[]): Promise<UsageError> {
  const context = testContext(await temporary());
  const error = await runProgram(words, context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

const program = makeProgram(testContext('/nowhere'), [], { code: 0 });
const below = (command: Command, path: readonly string[] = []): { command: Command; path: readonly string[] }[] =>
  subcommands(command).flatMap((one) => {
    const own = [...path, one.name()];
    return [{ command: one, path: own }, ...below(one, own)];
  });
const commands = below(program).map(({ command, path }) => ({ command, path, name: path.join(' ') }));
const shape = (text: string) => text.split('\n').map((line) => [...line].length);

test('the overview and a prompt are a screen of 24 lines and 80 columns, and names every command once', async () => {
  const text = await help();
  const lines = shape(text.trimEnd());
  expect(lines.length).toBeLessThanOrEqual(23);
  expect(Math.max(...lines)).toBeLessThanOrEqual(80);
  const named = text
    .split('\n')
    .filter((line) => /^(\S.*)? {2,}[a-z]/.test(line) && !line.startsWith('  agentbox'))
    .flatMap((line) => line.slice(14, 36).trim().split(', '));
  expect([...named].sort()).toEqual(
    subcommands(program)
      .map((one) => one.name())
      .sort(),
  );
});

test.each(commands)('help of $name fits 80 columns and a screen, and has examples', async ({ command, path, name }) => {
  const text = await help(...path);
  const lines = shape(text.trimEnd());
  expect(Math.max(...lines)).toBeLessThanOrEqual(80);
  expect(lines.length).toBeLessThanOrEqual(name === 'run' ? 60 : 40);
  if (command.commands.length === 0) expect(text).toContain(`\nExamples:\n`);
  const context = testContext('/nowhere');
  await runProgram(['help', ...path], context);
  expect(context.written.out).toBe(text);
});

test.each(commands)('the examples of $name are command lines of agentbox', async ({ path }) => {
  const [, examples = ''] = (await help(...path)).split('\nExamples:\n');
  for (const line of examples.split('\n').filter((text) => text.includes('agentbox'))) {
    const words =
      (line.split('agentbox ').at(1) ?? '')
        .split(/ {2,}|[|)&>]/)[0]
        ?.trim()
        .split(/\s+/) ?? [];
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    const place = placeOf(program, own);
    expect(pathOf(place.command), line).toContain(`agentbox ${path.join(' ')}`);
    for (const word of own.filter((one) => one.startsWith('-'))) {
      expect(
        place.command.options.some((option) => option.short === word || option.long === word),
        `${line}: ${word}`,
      ).toBe(true);
    }
  }
});

test.each([
  [['rnu'], 'agentbox has no command rnu', 'did you mean run?'],
  [['rnu', '--help'], 'agentbox has no command rnu', 'did you mean run?'],
  [['help', 'rnu'], 'agentbox has no command rnu', 'did you mean run?'],
  [['net', 'alow', 'x.test'], 'agentbox net has no command alow', 'did you mean allow?'],
  [['creds', 'ste'], 'agentbox creds has no command ste', 'did you mean set?'],
  [['run', '--clinet', 'acme'], "unknown option '--clinet'", 'did you mean --client?'],
  [['ls', '--engine', 'dokcer'], expect.stringContaining('did you mean docker?'), 'agentbox ls --help'],
])('%j is told with what was meant', async (words, message, next) => {
  const error = await mistake(...words);
  expect(error.message).toEqual(message);
  expect(error.next).toContain(next);
});

test('the value of a mistyped option is not told', async () => {
  expect((await mistake('run', '--evn=TOKEN=secret')).message).toBe("unknown option '--evn'");
});

test.each([[[]], [['net']], [['client']]])('%j alone is a mistake that shows help on stderr', async (words) => {
  const context = testContext('/nowhere');
  expect(await runProgram(words, context)).toBe(2);
  expect(context.written).toMatchObject({ out: '', err: expect.stringMatching(/^Usage: agentbox/) });
});

test('the words of help name every agent', () => {
  expect(AGENTS.split(', ')).toEqual(AGENT_NAMES);
});
