import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AGENT_NAMES } from '../../../src/agents/index.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { NO_FLAGS } from '../../../src/config/flags.ts';
import { profileOf } from '../../../src/config/merge.ts';
import { testContext } from '../support/command.ts';
import { parsed } from '../support/config.ts';

const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');

test('the configuration in the README is valid, for each of its clients', async () => {
  const [yaml, ...more] = blocks('yaml');
  expect(more).toEqual([]);
  const config = await parsed(yaml ?? '');
  const clients = [...config.clients.keys()];
  expect(clients).toEqual(['acme', 'globex']);
  for (const client of clients) expect(profileOf(config, client, NO_FLAGS, AGENT_NAMES).profile.client).toBe(client);
});

test('every command in the README exists', async () => {
  const usage = blocks('').find((block) => block.startsWith('agentbox init')) ?? '';
  const named = usage.split('\n').flatMap(commandsOf);
  expect(named.length).toBeGreaterThan(15);
  for (const argv of named) expect(await help(...argv), argv.join(' ')).toContain(`agentbox ${argv.join(' ')}`);
});

test('every flag of run in the README exists, and none is left out', async () => {
  const told = /^`run` takes `([^`]+)`/m.exec(readme)?.[1] ?? '';
  const flags = (text: string) => [...new Set(text.match(/--[a-z][a-z-]*/g))].sort();
  const known = (await help('run')).split('\n').flatMap((line) => /^ +(?:-\w, )?(--[a-z-]+)/.exec(line)?.[1] ?? []);
  expect(flags(told)).toEqual(known.filter((flag) => flag !== '--help').sort());
});

/** The fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

/** The commands that a line of usage names: `agentbox client add|rm` are two, `agentbox ls | rm` as well. */
function commandsOf(line: string): string[][] {
  const words = line.split(/ {2,}/)[0]?.split(' ').slice(1) ?? [];
  const [first = ''] = words;
  if (words[1] === '|') return words.filter((word) => word !== '|').map((word) => [word]);
  if (words[1]?.includes('|') && /^[a-z|]+$/.test(words[1])) return words[1].split('|').map((word) => [first, word]);
  return first === '' ? [] : [[first]];
}

async function help(...argv: string[]): Promise<string> {
  const context = testContext('/home/user');
  await runProgram([...argv, '--help'], context);
  return context.written.out;
}
