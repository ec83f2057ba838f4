import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { agentStateDir } from '../../../src/config/paths.ts';
import { usage } from '../../../src/usage/command.ts';
import { runUsageLine, usageOfRun } from '../../../src/usage/usageOfRun.ts';
import { type TestContext, testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';

const SAMPLES = fileURLToPath(new URL('./samples/', import.meta.url));

async function withLogs(logs: readonly (readonly [client: string, agent: string])[]): Promise<TestContext> {
  const context = testContext(await temporary());
  for (const [client, agent] of logs) {
    const state = agentStateDir(context.paths, client, agent);
    await mkdir(state, { recursive: true });
    await cp(join(SAMPLES, agent), state, { recursive: true });
  }
  return context;
}

test('the table, what has no price, and where the numbers are from', async () => {
  const context = await withLogs([
    ['acme', 'claude'],
    ['globex', 'pi'],
  ]);
  await usage(context, { by: 'client' });
  expect(context.written.out).toBe(
    [
      'CLIENT  DAYS        INPUT  OUTPUT  TO CACHE  CACHED     COST',
      'globex  2026-11-28     32      20        14      14  $0.0009',
      'acme    2026-11-28     20      10        14       6  $0.0004',
      'total                  52      30        28      20  $0.0013',
      '',
    ].join('\n'),
  );
  expect(context.written.err).toContain('no price for gpt-4: 30 tokens');
  expect(context.written.err).toContain('replies noted by agents: claude 2, pi 4\n');
});

test('the shape of --json', async () => {
  const context = await withLogs([['acme', 'claude']]);
  await usage(context, { by: 'session', client: 'acme', since: '2026-11-01', json: true });
  const tokens = { input: 20, output: 10, cacheWrite: 8, cacheWrite1h: 6, cacheRead: 6, reasoning: 0 };
  const sum = {
    replies: 2,
    tokens,
    cost: expect.closeTo(0.0003692),
    unpricedTokens: 0,
    first: '2026-11-28T22:43:11.411Z',
    last: '2026-11-28T22:43:11.533Z',
  };
  expect(JSON.parse(context.written.out)).toEqual({
    since: new Date(2026, 10, 1).toISOString(),
    by: 'session',
    currency: 'USD',
    pricesOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    rows: [{ client: 'acme', agent: 'claude', session: '61211995-dd05-4154-8760-1d3bc33dcfdd', ...sum }],
    total: sum,
    unpriced: [],
    sources: [{ agent: 'claude', source: 'log', replies: 2 }],
    skipped: [],
    unread: 0,
  });
});

test('without data it says so', async () => {
  const context = await withLogs([]);
  await usage(context, { by: 'day' });
  expect(context.written).toEqual({ out: '', err: 'nothing is known of any model that a client used so far\n' });
  await usage(context, { by: 'day', json: true });
  expect(JSON.parse(context.written.out)).toMatchObject({ rows: [], total: { replies: 0, cost: null, first: null } });
  expect((await userError(() => usage(context, { by: 'day', client: 'nobody' }))).message).toContain('nobody');
});

test('what a run took', async () => {
  const context = await withLogs([['acme', 'claude']]);
  const of = (since: string) => usageOfRun(context, { client: 'acme', agent: 'claude', since: new Date(since) });
  const used = await of('2026-11-28T22:43:11.500Z');
  expect(used).toMatchObject({ replies: 1, without: [] });
  expect(runUsageLine({ tokens: { ...used?.tokens, input: 12_345 } as never, cost: 0.4, without: [] })).toBe(
    '12,355 tokens in, 5 out, $0.40',
  );
  expect(await of('2026-11-28T22:44:00Z')).toBeUndefined();
  expect(await usageOfRun(context, { client: 'acme', agent: 'shell', since: new Date(0) })).toBeUndefined();
  expect(await usageOfRun(context, { client: 'acme', agent: 'codex', since: new Date(0) })).toBeUndefined();
});
