import { expect, onTestFinished, test, vi } from 'vitest';
import { type Choice, give, type HeldRequest } from '../../../../src/network/commands/answers.ts';
import { decisionLine } from '../../../../src/network/commands/decisionLine.ts';
import { questions } from '../../../../src/network/commands/questions.ts';
import type { KeeperRequest } from '../../../../src/network/keeper/protocol.ts';
import type { Decision } from '../../../../src/network/protocol.ts';

const decision = (more: Partial<Decision> = {}): Decision => ({
  ...{ id: '1', time: '2026-01-01T00:00:00Z', box: 'agentbox-acme-one', host: 'evil.test', port: 443, kind: 'connect' },
  ...{ verdict: 'deny', rule: undefined, reason: 'not-allowed' },
  ...more,
});
const held = (name: string, more: Partial<Decision> = {}): HeldRequest => ({ held: name, decision: decision(more) });

/** Questions whose answers go to a keeper of the test's own. */
function bench(fails?: Error) {
  const said: string[] = [];
  const asked: KeeperRequest[] = [];
  const saved: string[] = [];
  const keeper = {
    ask: async (request: KeeperRequest) => {
      if (fails !== undefined) throw fails;
      asked.push(request);
      return {} as never;
    },
  };
  const answer = (choice: Choice, waiting: readonly HeldRequest[]) =>
    give(choice, waiting, { keeper, now: 1000, save: async (rule) => void saved.push(rule) });
  const all = questions({ say: (line) => said.push(line), answer });
  onTestFinished(() => all.clear());
  return { all, said, asked, saved };
}

test('once lets that one request through and makes no rule', async () => {
  const { all, said, asked } = bench();
  all.held(held('h1'));
  expect(said.join('\n')).toMatch(/agentbox-acme-one wants evil\.test:443: no rule allows it\n.*\[o\]nce.*\[n\]ever/);
  await all.key('o');
  expect(asked).toEqual([{ op: 'answer', held: 'h1', verdict: 'allow' }]);
});

test('for this box, for an hour and never are rules that the gateway has before the request goes on', async () => {
  const { all, asked } = bench();
  for (const key of ['b', 'h', 'n']) {
    all.held(held(key, { host: `${key}.test`, port: 8443 }));
    await all.key(key);
  }
  const rules = asked.flatMap((request) => ('rule' in request ? [request] : []));
  expect(rules.map(({ op, rule, box }) => [op, rule.text, rule.until, box])).toEqual([
    ['allow', 'b.test:8443', undefined, 'agentbox-acme-one'],
    ['allow', 'h.test:8443', 3_601_000, undefined],
    ['deny', 'n.test:8443', undefined, undefined],
  ]);
  expect(asked.map(({ op }) => op)).toEqual(['allow', 'answer', 'allow', 'answer', 'deny', 'answer']);
});

test('always is saved when it is in force', async () => {
  const { all, saved } = bench();
  all.held(held('h1'));
  await all.key('A');
  expect(saved).toEqual(['evil.test']);
});

test('what does not count says so and is not saved', async () => {
  const { all, said, saved } = bench(new Error('the gateway did not acknowledge'));
  all.held(held('h1'));
  await all.key('a');
  expect(said.at(-1)).toMatch(/does not count: the gateway did not acknowledge/);
  expect(saved).toEqual([]);
});

test('one answer serves all that wait for the same, and the next question comes after it', async () => {
  const { all, said, asked } = bench();
  all.held(held('h1'));
  all.held(held('h2', { box: 'agentbox-acme-two' }));
  all.held(held('h3', { host: 'other.test' }));
  await all.key('b');
  await all.key('x');
  expect(asked.filter(({ op }) => op === 'answer')).toHaveLength(1);
  await all.key('h');
  expect(asked.filter(({ op }) => op === 'answer')).toHaveLength(2);
  expect(said.filter((line) => line.includes('wants')).map((line) => line.split(':')[0])).toEqual([
    'agentbox-acme-one wants evil.test',
    'agentbox-acme-two wants evil.test',
    'agentbox-acme-one wants other.test',
  ]);
});

test('a question that somebody else answered, or that took too long, is asked no more', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { all, said, asked } = bench();
  all.held(held('h1'));
  all.settled('h1');
  await all.key('o');
  all.held(held('h2'));
  vi.advanceTimersByTime(20_000);
  await all.key('o');
  expect(asked).toEqual([]);
  expect(said.at(-1)).toMatch(/too late/);
});

test('what a box made up cannot move the cursor', () => {
  const plainly = (text: string) => text;
  const colours = { red: plainly, green: plainly, dim: plainly };
  const line = decisionLine(decision({ host: 'evil\u001b[2J\n.test', reason: 'odd\u0007' }), colours);
  expect(line).toContain('evil\\u{1b}[2J\\u{a}.test:443');
  expect(line).toContain('odd\\u{7}');
  expect(line).not.toContain('\u001b');
});
