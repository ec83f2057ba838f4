import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, matches, type Price, plainModel } from '../../../src/usage/cost.ts';
import { PRICES, PRICES_OF } from '../../../src/usage/prices.ts';
import { NO_TOKENS } from '../../../src/usage/tokens.ts';
import { parsed, userError } from '../support/config.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const MILLION = 1_000_000;

describe('what a reply costs', () => {
  test('each kind of token at its own price', () => {
    const tokens = { ...NO_TOKENS, input: MILLION, output: MILLION, cacheWrite: MILLION, cacheRead: MILLION };
    // 4 + 20 + 5 + 0.2, and 8 for what is written for an hour
    expect(costOf({ model: 'claude-opus-5-5', time: NOW, tokens }, PRICES)).toBeCloseTo(29.2);
    const hour = { ...NO_TOKENS, cacheWrite1h: MILLION };
    expect(costOf({ model: 'claude-opus-5-5', time: NOW, tokens: hour }, PRICES)).toBeCloseTo(8);
  });

  test('a long prompt makes the whole reply dearer', () => {
    const cost = (cacheRead: number) =>
      costOf({ model: 'gpt-6.2-sol', time: NOW, tokens: { ...NO_TOKENS, cacheRead, output: 1000 } }, PRICES);
    expect(cost(272_000)).toBeCloseTo(0.272 * 0.1 + 0.01);
    expect(cost(272_001)).toBeCloseTo(0.272001 * 0.2 + 0.015);
  });

  test('a price holds for its time', () => {
    const tokens = { ...NO_TOKENS, cacheRead: MILLION };
    const on = (day: string) => costOf({ model: 'claude-sonnet-5-5', time: Date.parse(day), tokens }, PRICES);
    expect([on('2026-10-06T23:59:59Z'), on('2026-10-07T00:00:00Z')]).toEqual([0.2, 0.1]);
    const input = { ...NO_TOKENS, input: MILLION };
    const of = (day: string) => costOf({ model: 'gemini-3.8-flash', time: Date.parse(day), tokens: input }, PRICES);
    expect([of('2026-12-31'), of('2027-01-01')]).toEqual([0.75, undefined]);
  });

  test('nothing is guessed: a model without a price has none, nor a reply with tokens that have none', () => {
    const tokens = { ...NO_TOKENS, input: 1 };
    expect(costOf({ model: 'some-model', time: NOW, tokens }, PRICES)).toBeUndefined();
    expect(costOf({ model: 'claude-opus-5-5-fast', time: NOW, tokens }, PRICES)).toBeUndefined();
    const price: Price = { model: 'm', rates: { input: 1, output: 1 } };
    expect(costOf({ model: 'm', time: NOW, tokens }, [price])).toBe(1e-6);
    expect(costOf({ model: 'm', time: NOW, tokens: { ...tokens, cacheRead: 1 } }, [price])).toBeUndefined();
  });
});

test.each([
  ['us.anthropic.claude-opus-5-20260724-v1:0', 'claude-opus-5'],
  ['eu.anthropic.claude-sonnet-4-6-v1', 'claude-sonnet-4-6'],
  ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5'],
  ['us-gov.anthropic.claude-opus-4-8', 'claude-opus-4-8'],
  ['anthropic/claude-sonnet-5', 'claude-sonnet-5'],
  ['claude-opus-4-1@20250805', 'claude-opus-4-1'],
  ['claude-sonnet-5@default', 'claude-sonnet-5'],
  ['claude-sonnet-4.6', 'claude-sonnet-4-6'],
  ['claude-opus-5[1m]', 'claude-opus-5'],
  ['models/gemini-3.8-flash', 'gemini-3.8-flash'],
  ['gpt-5.4-2026-03-05', 'gpt-5.4'],
  ['gpt-6.1-sol', 'gpt-6.1-sol'],
])('%s is sold as %s', (name, sold) => {
  expect(plainModel(name)).toBe(sold);
  const tokens = { ...NO_TOKENS, input: 1 };
  expect(costOf({ model: name, time: NOW, tokens }, PRICES)).toBe(costOf({ model: sold, time: NOW, tokens }, PRICES));
});

test('the table of prices: each model once at a time, with a date that has been', () => {
  expect(PRICES_OF).toMatch(/^20\d\d-\d\d-\d\d$/);
  for (const { model, rates, long } of PRICES) {
    expect(plainModel(model)).toBe(model);
    expect(rates.output).toBeGreaterThan(rates.input);
    expect(rates.cacheRead ?? 0).toBeLessThan(rates.input);
    expect(long?.rates.input ?? rates.input).toBeGreaterThanOrEqual(rates.input);
  }
  const now = PRICES.filter(({ from = '', until = '9' }) => from <= PRICES_OF && PRICES_OF < until);
  expect(new Set(now.map(({ model }) => model)).size).toBe(now.length);
});

describe('patterns', () => {
  test.each([
    ['claude-*', 'claude-opus-5', true],
    ['claude-*', 'gpt-5', false],
    ['*', '', true],
    ['a*b', 'ab', true],
    ['a*b', 'a', false],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*c*b', 'axxbyyb', false],
  ])('%s and %s: %s', (pattern, name, expected) => expect(matches(pattern, name)).toBe(expected));

  test('they mean what a regular expression means', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(word, name, (pattern, text) => {
        expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
      }),
    );
  });
});

describe('prices of the configuration', () => {
  const prices = (yaml: string) => parsed(yaml).then((config) => config.prices ?? []);

  test('win, exact ones before patterns and long patterns before short ones', async () => {
    const found = await prices(`
prices:
  "*": { input: 1, output: 1 }
  claude-*: { input: 2, output: 2, cache_write: 3 }
  claude-opus-5: { input: 4, output: 5, cache_write: 6, cache_write_1h: 7, cache_read: 0 }
`);
    const tokens = { ...NO_TOKENS, input: MILLION, cacheWrite1h: MILLION, cacheRead: MILLION };
    const cost = (model: string) => costOf({ model, time: NOW, tokens }, [...found, ...PRICES]);
    expect([cost('claude-opus-5'), cost('claude-opus-5-5'), cost('some-model')]).toEqual([11, 7, 3]);
    expect(cost('us.anthropic.claude-opus-5-v1:0')).toBe(11);
  });

  test.each([
    ['prices: { x: { input: 1 } }', 'output'],
    ['prices: { x: { input: -1, output: 1 } }', 'less than 0'],
    ['prices: { x: { input: 1, output: 1, cached: 1 } }', 'cached'],
    ['prices: { "a b": { input: 1, output: 1 } }', 'no name of a model'],
  ])('%s is a mistake', async (yaml, words) => {
    const error = await userError(() => parsed(yaml));
    expect([error.message, error.why, ...error.next].join('\n')).toContain(words);
  });
});
