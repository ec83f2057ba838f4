import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { agentStateDir, clientDir } from '../../../src/config/paths.ts';
import type { Carried } from '../../../src/network/protocol.ts';
import { usage } from '../../../src/usage/command.ts';
import { loadUsage } from '../../../src/usage/loadUsage.ts';
import { NO_TOKENS } from '../../../src/usage/tokens.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

const SAMPLES = fileURLToPath(new URL('./samples/', import.meta.url));
const carried = (more: Partial<Carried>): Carried => ({
  box: 'agentbox-acme-1',
  agent: 'claude',
  time: '2026-11-28T22:43:11.500Z',
  host: 'api.anthropic.com',
  id: 'msg_1',
  model: 'claude-opus-5-5',
  tokens: { ...NO_TOKENS, input: 7 },
  ...more,
});

/** A client with the log of Claude Code, where `logged`, and these replies that the gateway carried. */
async function client(logged: boolean, lines: readonly (Carried | string)[], older: readonly Carried[] = []) {
  const context = testContext(await temporary());
  const directory = clientDir(context.paths, 'acme');
  await mkdir(directory, { recursive: true });
  if (logged) await cp(join(SAMPLES, 'claude'), agentStateDir(context.paths, 'acme', 'claude'), { recursive: true });
  const text = (all: readonly unknown[]) =>
    all.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  await writeFile(join(directory, 'usage.jsonl'), text(lines));
  if (older.length > 0) await writeFile(join(directory, 'usage.jsonl.1'), text(older));
  return context;
}

const inputs = async (context: Awaited<ReturnType<typeof client>>) => {
  const { replies, unread } = await loadUsage(context, ['acme'], 0);
  return { read: replies.map(({ source, agent, tokens }) => `${source} ${agent} ${tokens.input}`), unread };
};

test('what the agent noted itself does not count again', async () => {
  const context = await client(true, [carried({}), carried({ time: '2026-11-28T22:44:00Z' })]);
  expect(await inputs(context)).toEqual({ read: ['log claude 10', 'log claude 10'], unread: 0 });
});

test('a box whose agent noted nothing, and an agent that notes nothing, count by what was carried', async () => {
  const context = await client(
    true,
    [
      carried({ box: 'agentbox-acme-2', time: '2026-11-29T10:00:00Z' }),
      carried({ box: 'agentbox-acme-3', agent: 'shell', tokens: { ...NO_TOKENS, input: 8 } }),
      carried({ box: 'agentbox-acme-4', agent: 'shell', tokens: undefined, unread: 'it is compressed' }),
      carried({ tokens: undefined, unread: 'it is compressed' }),
    ],
    [carried({ box: 'agentbox-acme-0', time: '2026-11-20T10:00:00Z', tokens: { ...NO_TOKENS, input: 9 } })],
  );
  expect(await inputs(context)).toEqual({
    read: ['gateway claude 9', 'log claude 10', 'gateway shell 8', 'log claude 10', 'gateway claude 7'],
    unread: 1,
  });
  await usage(context, { by: 'session' });
  expect(context.written.out).toContain('agentbox-acme-3'.slice(-8));
  expect(context.written.err).toContain('replies carried by the gateway: claude 2, shell 1\n');
  expect(context.written.err).toContain('the gateway could not read 1 of the replies that it carried');
});

test('a damaged line is passed over', async () => {
  const context = await client(false, ['{"box":"x"', 'null', '{"box":1,"time":"then","tokens":{}}', carried({})]);
  expect(await inputs(context)).toEqual({ read: ['gateway claude 7'], unread: 0 });
});
