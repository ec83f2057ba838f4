import { expect, test } from 'vitest';
import { resumeLine } from '../../../src/box/endOfRun.ts';
import { type Ended, summaryOf } from '../../../src/box/runSummary.ts';
import { NO_TOKENS } from '../../../src/usage/tokens.ts';
import { noNews } from '../../../src/workspace/endNews.ts';
import { SHAPES } from '../../support/shapes.ts';

const prepared = {
  profile: { client: 'acme', network: 'gateway', workspace: 'clone' },
  agent: { name: 'claude' },
  project: { path: '/work/shop' },
  facts: { engine: { kind: 'docker', defaultRuntime: 'runc' } },
  box: { name: 'agentbox-acme-shop-claude-3f2a', runtime: undefined },
} as unknown as Parameters<typeof summaryOf>[0];

const NONE = { env: {}, mounts: [], engineArgs: {} };

const ended: Ended = {
  code: 0,
  began: new Date('2026-01-02T03:04:05Z'),
  durationMs: 1500,
  news: noNews(),
  aside: [],
  out: undefined,
  usage: undefined,
};

test('a run of which nothing came has a summary of its shape', () => {
  const summary = summaryOf(prepared, ended);
  SHAPES['run']?.parse(summary);
  expect(summary).toMatchObject({ exitCode: 0, runtime: 'runc', allow: null, review: null, usage: null, commits: [] });
});

test('a clone with work says how much, and how to go on; what was blocked, how to allow it', () => {
  const summary = summaryOf(prepared, {
    ...ended,
    code: 3,
    news: {
      ...noNews(),
      blocked: [
        { host: 'example.com', port: 443, reason: 'not-allowed', count: 2 },
        { host: '169.254.169.254', port: 80, reason: 'metadata', count: 1 },
      ],
      clone: { changed: true, stat: ' 2 files changed, 3 insertions(+)\n', commits: 1 },
    },
    usage: {
      ...{ tokens: { ...NO_TOKENS, input: 5, output: 7 }, cost: 0.5, unpriced: 0, replies: 1, first: 0, last: 0 },
      without: [],
    },
  });
  SHAPES['run']?.parse(summary);
  expect(summary).toMatchObject({
    exitCode: 3,
    allow: 'agentbox net allow --client acme --save example.com',
    changed: { files: 2, commits: 1, stat: '2 files changed, 3 insertions(+)' },
    review: { diff: 'agentbox diff agentbox-acme-shop-claude-3f2a' },
    usage: { costUsd: 0.5 },
  });
});

test('secrets that were found are told by a masked part alone', () => {
  const secret = { path: 'a.env', line: 1, rule: 'known', masked: 'sk-…9f', credential: 'API_KEY' };
  const judged = [{ risks: [], secrets: [secret], complete: true, changed: 4 }] as unknown as Ended['news']['judged'];
  const summary = summaryOf(prepared, { ...ended, news: { ...noNews(), judged } });
  expect(summary.marked).toEqual([{ path: 'a.env', rule: 'known', what: 'the value of API_KEY, sk-…9f' }]);
  expect(summary.changed.files).toBe(4);
});

test.each<readonly [request: Parameters<typeof resumeLine>[0], line: string]>([
  [{ flags: NONE, dir: '.', scratch: false }, 'agentbox run --resume'],
  [
    { flags: { ...NONE, client: 'acme', agent: 'codex' }, dir: './a b', scratch: false },
    "agentbox run './a b' --client acme --agent codex --resume",
  ],
  [{ flags: { ...NONE, workspace: 'clone' }, dir: '.', scratch: false }, 'agentbox run --workspace clone --resume'],
  [{ flags: NONE, dir: '.', scratch: true }, 'agentbox run --scratch --resume'],
])('how to go on after %j', (request, line) => {
  expect(resumeLine(request)).toBe(line);
});
