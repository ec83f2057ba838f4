import { expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { formatCost, formatTokens, shortTokens } from '../../../src/usage/format.ts';
import { dayOf, minuteOf, parseSince } from '../../../src/usage/since.ts';

const NOW = new Date(2026, 10, 28, 15, 30);

test.each([
  ['today', new Date(2026, 10, 28)],
  ['2026-11-01', new Date(2026, 10, 1)],
  ['7d', new Date(NOW.getTime() - 7 * 86_400_000)],
  ['12h', new Date(2026, 10, 28, 3, 30)],
  ['2w', new Date(NOW.getTime() - 14 * 86_400_000)],
])('--since %s', (text, expected) => expect(parseSince(text, NOW)).toBe(expected.getTime()));

test.each(['', '7', '2026-02-30', '2026-13-01', '26-01-01', 'yesterday', '-1d'])('--since %s is no time', (text) => {
  expect(() => parseSince(text, NOW)).toThrow(UsageError);
});

test('days and minutes are those of the user', () => {
  expect(dayOf(new Date(2026, 0, 2, 23, 59).getTime())).toBe('2026-01-02');
  expect(minuteOf(new Date(2026, 0, 2, 3, 4).getTime())).toBe('2026-01-02 03:04');
});

test.each([
  [0, '0', '0'],
  [999, '999', '999'],
  [1234, '1,234', '1.23k'],
  [999_600, '999,600', '1.00M'],
  [12_345_678, '12,345,678', '12.3M'],
  [1.5e12, '1,500,000,000,000', '1.50T'],
])('%d tokens', (count, whole, short) => expect([formatTokens(count), shortTokens(count)]).toEqual([whole, short]));

test.each([
  [undefined, '-'],
  [0, '$0.00'],
  [0.00001, '<$0.0001'],
  [0.0042, '$0.0042'],
  [0.01, '$0.01'],
  [1234.567, '$1,234.57'],
])('%d dollars', (dollars, text) => expect(formatCost(dollars)).toBe(text));
