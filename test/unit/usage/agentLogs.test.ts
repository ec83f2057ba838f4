import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AGENTS, agentOf } from '../../../src/agents/index.ts';
import { readLog } from '../../../src/usage/readLog.ts';
import type { Reply } from '../../../src/usage/reply.ts';
import { NO_TOKENS, type Tokens } from '../../../src/usage/tokens.ts';
import type { UsageLog } from '../../../src/usage/usageLog.ts';
import { temporary } from '../support/config.ts';

vi.setConfig({ testTimeout: 30_000 });

const SAMPLES = fileURLToPath(new URL('./samples/', import.meta.url));
const logOf = (agent: string): UsageLog => {
  const { usage } = agentOf(agent);
  if (usage === undefined) throw new Error(`${agent} has no log`);
  return usage;
};
const read = (agent: string, from = join(SAMPLES, agent), since = 0) => readLog(from, logOf(agent), since);
const briefly = (replies: readonly Reply[]) =>
  replies.map(({ model, session, tokens }) => ({ model, session, tokens }));

const ANTHROPIC: Tokens = { ...NO_TOKENS, input: 10, output: 5, cacheWrite: 4, cacheWrite1h: 3, cacheRead: 3 };
const WITHOUT_HOUR: Tokens = { ...ANTHROPIC, cacheWrite: 7, cacheWrite1h: 0 };
const OPENAI: Tokens = { ...NO_TOKENS, input: 6, output: 5, cacheRead: 4, reasoning: 2 };

describe('what the stand-ins said is read out of the real log of', () => {
  const two = (model: string, session: string, tokens: Tokens) => Array(2).fill({ model, session, tokens });

  test.each([
    ['claude', two('claude-opus-5-5', '61211995-dd05-4154-8760-1d3bc33dcfdd', ANTHROPIC)],
    ['codex', two('gpt-6.1-sol', '01a22453-b408-7992-a766-65f867ef8ea5', OPENAI)],
    ['gemini', two('gemini-3.8-flash', '4ed87d78-ff77-4d83-934f-1335e629b917', { ...OPENAI, output: 7 })],
    ['opencode', two('gpt-5.4', 'ses_ddba7e1eaffe7wZp8drU90uZMB', OPENAI)],
    [
      'copilot',
      [
        ...two('some-model', 'de0a5290-6f9d-4ab1-9452-139f91521aa1', OPENAI),
        ...two('claude-sonnet-4.6', 'e0abb63d-503c-4c76-8e62-968612b0b173', WITHOUT_HOUR),
      ],
    ],
    [
      'pi',
      [
        ...two('claude-fable-5', '01a22454-29a6-74cf-95ee-3f7f83ca123f', ANTHROPIC),
        ...two('gpt-4', '01a22458-662c-720b-bc6f-b7377152b0ee', OPENAI),
      ],
    ],
  ])('%s', async (agent, expected) => {
    const { replies, skipped } = await read(agent);
    expect(briefly(replies)).toEqual(expected);
    expect(skipped).toEqual([]);
    for (const { time } of replies) expect(new Date(time).toISOString()).toMatch(/^2026-11-28T22:4/);
  });

  test('every agent that has a model, and of no other', () => {
    expect(AGENTS.filter(({ usage }) => usage === undefined).map(({ name }) => name)).toEqual(['shell']);
  });
});

/** A copy of an agent's samples, which a test may change. */
async function copied(agent: string): Promise<string> {
  const folder = join(await temporary(), agent);
  await cp(join(SAMPLES, agent), folder, { recursive: true });
  return folder;
}

const CLAUDE = 'projects/-workspace/61211995-dd05-4154-8760-1d3bc33dcfdd.jsonl';
const CODEX = 'sessions/2026/11/28/rollout-2026-11-28T22-43-15-01a22453-b408-7992-a766-65f867ef8ea5.jsonl';

describe('nothing is counted twice', () => {
  test('a conversation that was forked and a line that was written again are the same replies', async () => {
    const folder = await copied('claude');
    const text = await readFile(join(folder, CLAUDE), 'utf8');
    await writeFile(join(folder, 'projects/-workspace/forked.jsonl'), text + text);
    expect((await read('claude', folder)).replies).toHaveLength(2);
  });

  test('of a reply that comes in parts the last line counts', async () => {
    const folder = await copied('claude');
    const text = await readFile(join(folder, CLAUDE), 'utf8');
    const early = text.replaceAll('"output_tokens":5', '"output_tokens":1');
    await writeFile(join(folder, CLAUDE), early + text);
    expect(briefly((await read('claude', folder)).replies)[0]?.tokens).toEqual(ANTHROPIC);
  });

  test('other requests with the same message id are other replies', async () => {
    const folder = await copied('claude');
    const text = await readFile(join(folder, CLAUDE), 'utf8');
    const other = text.replaceAll(/"requestRef":"[^"]*"/g, '"requestRef":"another"');
    await writeFile(join(folder, 'projects/-workspace/other.jsonl'), other);
    expect((await read('claude', folder)).replies).toHaveLength(4);
  });

  test('older conversations of codex have only running totals, which come again', async () => {
    const folder = await copied('codex');
    const lines = (await readFile(join(folder, CODEX), 'utf8')).split('\n');
    const old = lines.filter((line) => !line.includes('token_usage_record')).flatMap((line) => [line, line]);
    await writeFile(join(folder, CODEX), `${old.filter((line) => line !== '').join('\n')}\n`);
    expect(briefly((await read('codex', folder)).replies)).toEqual(briefly((await read('codex')).replies));
  });
});

describe('only what is asked for', () => {
  test('replies before the time are left out', async () => {
    const all = (await read('claude')).replies;
    const since = all[1]?.time ?? 0;
    expect((await read('claude', undefined, since)).replies).toEqual(all.slice(1));
  });

  test('nothing where the agent never ran', async () => {
    expect(await read('claude', join(await temporary(), 'claude'))).toEqual({ replies: [], skipped: [] });
    expect(await read('opencode', await temporary())).toEqual({ replies: [], skipped: [] });
  });

  test('a part of a line at the end is still being written', async () => {
    const folder = await copied('claude');
    const text = await readFile(join(folder, CLAUDE), 'utf8');
    await writeFile(join(folder, CLAUDE), text.trimEnd());
    expect((await read('claude', folder)).replies).toHaveLength(1);
  });
});

describe('a box may have written anything', () => {
  test('no link is followed, of a file or a folder', async () => {
    const folder = await copied('claude');
    const outside = join(dirname(folder), 'outside');
    await mkdir(outside);
    await cp(join(folder, CLAUDE), join(outside, 'of-the-host.jsonl'));
    await rm(join(folder, CLAUDE));
    await symlink(join(outside, 'of-the-host.jsonl'), join(folder, 'projects/-workspace/link.jsonl'));
    await symlink(outside, join(folder, 'projects/linked'));
    expect((await read('claude', folder)).replies).toEqual([]);
    await rm(join(folder, 'projects'), { recursive: true });
    await symlink(outside, join(folder, 'projects'));
    const through = await read('claude', folder);
    expect(through.replies).toEqual([]);
    expect(through.skipped).toHaveLength(1);
  });

  test('a database that is a link is not opened, nor with a log that is one', async () => {
    const folder = await copied('opencode');
    for (const name of ['opencode.db-wal', 'opencode.db']) {
      await rm(join(folder, name));
      await symlink(join(SAMPLES, 'opencode', name), join(folder, name));
      expect(await read('opencode', folder)).toEqual({ replies: [], skipped: [join(folder, 'opencode.db')] });
    }
  });

  test.each(['1e300', '-5', '"7"', 'null', '[10]', '10.9'])('%s tokens of output are bounded', async (text) => {
    const folder = await copied('claude');
    const before = await readFile(join(folder, CLAUDE), 'utf8');
    await writeFile(join(folder, CLAUDE), before.replaceAll('"output_tokens":5', `"output_tokens":${text}`));
    const { replies } = await read('claude', folder);
    expect(replies.map(({ tokens }) => tokens.output)).toEqual(text === '10.9' ? [10, 10] : [0, 0]);
  });

  test('names have no control characters and an end', async () => {
    const folder = await copied('claude');
    const before = await readFile(join(folder, CLAUDE), 'utf8');
    const name = JSON.stringify(`\u001b[2J\u202e${'x'.repeat(5000)}`);
    await writeFile(join(folder, CLAUDE), before.replaceAll('"claude-opus-5-5"', name));
    for (const { model } of (await read('claude', folder)).replies) expect(model).toMatch(/^\[2Jx{77}$/);
  });

  test('a line beyond the limit is passed over, and said', async () => {
    const folder = await copied('claude');
    const before = await readFile(join(folder, CLAUDE), 'utf8');
    await writeFile(join(folder, CLAUDE), `{"usage":"${'x'.repeat(20_000)}"}\n${before}`);
    const bounds = { line: 10_000, file: 1_000_000 };
    const { replies, skipped } = await readLog(folder, logOf('claude'), 0, bounds);
    expect(replies).toHaveLength(2);
    expect(skipped).toEqual([join(folder, CLAUDE)]);
  });

  test('of a file beyond the limit the end is read', async () => {
    const folder = await copied('claude');
    const before = await readFile(join(folder, CLAUDE), 'utf8');
    await writeFile(join(folder, CLAUDE), `${'x'.repeat(100_000)}\n${before}`);
    const bounds = { line: 10_000, file: 50_000 };
    expect((await readLog(folder, logOf('claude'), 0, bounds)).replies).toHaveLength(2);
  });

  const json = fc.json({ maxDepth: 5 });
  const files: Readonly<Record<string, string>> = {
    claude: CLAUDE,
    codex: CODEX,
    gemini: 'tmp/workspace/chats/session-x.jsonl',
    copilot: 'session-state/de0a5290-6f9d-4ab1-9452-139f91521aa1/events.jsonl',
    pi: 'sessions/x.jsonl',
  };

  test.each(Object.entries(files))('rubbish in the log of %s throws nothing', async (agent, file) => {
    const folder = await copied(agent);
    const log = logOf(agent);
    if (!('folders' in log)) throw new Error('no lines');
    const real = (await readFile(await firstFile(agent), 'utf8')).split('\n').filter((line) => line !== '');
    // Real lines with a value changed, cut, and what is no line at all.
    const line = fc.oneof(
      json,
      fc.string(),
      fc.tuple(fc.constantFrom(...real), json).map(([one, value]) => one.replace(/:(\d+|"[^"]*")/, `:${value}`)),
      fc.tuple(fc.constantFrom(...real), fc.nat(200)).map(([one, at]) => one.slice(0, at)),
      fc.constantFrom(...log.marks).chain((mark) => json.map((value) => `{${mark}:${value}}`)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        await writeFile(join(folder, file), lines.join('\n'));
        for (const { time, tokens, model } of (await read(agent, folder)).replies) {
          for (const amount of Object.values(tokens)) expect(Number.isSafeInteger(amount) && amount >= 0).toBe(true);
          expect(tokens.reasoning).toBeLessThanOrEqual(tokens.output);
          expect(Number.isFinite(time)).toBe(true);
          expect(model).toMatch(/^[\x21-\x7e]{1,80}$/);
        }
      }),
      { numRuns: 25 },
    );
  });
});

async function firstFile(agent: string): Promise<string> {
  const names = await readdir(join(SAMPLES, agent), { recursive: true });
  return join(SAMPLES, agent, names.find((name) => name.endsWith('.jsonl')) ?? '');
}
