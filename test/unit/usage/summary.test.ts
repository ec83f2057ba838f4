import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spent } from '../../../src/usage/spent.ts';
import { BY, groupsOf, sumOf, unpricedModels } from '../../../src/usage/summary.ts';
import { total } from '../../../src/usage/tokens.ts';
import { usageTable } from '../../../src/usage/usageTable.ts';

const amount = fc.nat(5_000_000);
const reply = fc.record({
  key: fc.uuid(),
  time: fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-31') }),
  model: fc.constantFrom('claude-opus-5', 'gpt-6.1-sol', 'some-model'),
  session: fc.constantFrom('one', 'two', 'three'),
  tokens: fc.record({
    input: amount,
    output: amount,
    cacheWrite: amount,
    cacheWrite1h: amount,
    cacheRead: amount,
    reasoning: fc.constant(0),
  }),
});
const all = fc.array(fc.tuple(reply, fc.constantFrom('acme', 'globex')), { maxLength: 30 }).map((pairs) =>
  pairs.flatMap(([one, client]) =>
    spent([one], { client, agent: 'claude', source: 'log' }, [
      { model: 'claude-*', rates: { input: 5, output: 25, cacheWrite: 6, cacheWrite1h: 10, cacheRead: 0.5 } },
      { model: 'gpt-6.1-sol', rates: { input: 2, output: 10, cacheRead: 0.1 } },
    ]),
  ),
);

test('whatever it is summed up by, the groups add up to the whole', () => {
  fc.assert(
    fc.property(all, fc.constantFrom(...BY), (replies, by) => {
      const sum = sumOf(replies);
      const groups = groupsOf(replies, by);
      const added = (of: (group: (typeof groups)[number]) => number) => groups.reduce((at, group) => at + of(group), 0);
      expect(added((group) => group.replies)).toBe(replies.length);
      expect(added(({ tokens }) => total(tokens))).toBe(total(sum.tokens));
      expect(added(({ cost }) => cost ?? 0)).toBeCloseTo(sum.cost ?? 0);
      expect(added(({ unpriced }) => unpriced)).toBe(sum.unpriced);
      expect(unpricedModels(replies).reduce((at, { tokens }) => at + tokens, 0)).toBe(sum.unpriced);
    }),
  );
});

test('a table of two clients fits 80 columns', () => {
  fc.assert(
    fc.property(all, fc.constantFrom(...BY), (replies, by) => {
      const text = usageTable(groupsOf(replies, by), sumOf(replies), by, 80);
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }),
  );
});
