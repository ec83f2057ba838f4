import { describe, expect, test } from 'vitest';
import { RULES, secretFinder } from '../../../../src/workspace/landing/secrets/find.ts';
import { chance } from './support/chance.ts';
import { CONTEXTS, MAKERS } from './support/corpus.ts';

const SAMPLES = 40;
const find = secretFinder([]);

describe('of secrets that are made by the formats of their providers', () => {
  test('every rule has a maker, and every maker a rule', () => {
    const names = (all: readonly string[]) => [...new Set(all)].sort();
    expect(names(MAKERS.map(({ rule }) => rule))).toEqual(names(RULES.map(({ name }) => name)));
  });

  test('nearly all are found by the right rule, wherever they lie', { timeout: 120_000 }, () => {
    const counts = MAKERS.flatMap((maker, index) => {
      const make = maker.token ?? maker.text;
      const contexts = maker.token === undefined ? CONTEXTS.slice(0, 1) : CONTEXTS;
      return contexts.map(({ name, put }) => {
        const random = chance(index * 7919 + 1);
        const texts = Array.from({ length: SAMPLES }, () => put(make?.(random) ?? ''));
        const found = texts.filter((text) => find(Buffer.from(text)).some(({ rule }) => rule === maker.rule));
        return { maker: `${maker.rule} in ${name}`, made: texts.length, found: found.length };
      });
    });
    const sum = (key: 'made' | 'found') => counts.reduce((total, one) => total + one[key], 0);
    const report = { made: sum('made'), found: sum('found') };
    if (process.env['AGENTBOX_TEST_REPORT'] === '1') {
      console.log(
        report,
        counts.filter(({ made, found }) => found < made),
      );
    }
    // What chance makes sometimes has a run of one character, and is then held to be an example.
    expect(counts.filter(({ made, found }) => found < made * 0.9)).toEqual([]);
    expect(report.found / report.made).toBeGreaterThan(0.995);
  });
});
