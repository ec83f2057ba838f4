import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ingredients, keyOf, tagOf } from '../../../src/image/key.ts';

const some: Ingredients = {
  folder: 'claude',
  assets: { Dockerfile: { content: 'FROM x', mode: 0o644 }, run: { content: 'true', mode: 0o755 } },
  from: 'agentbox/base:1',
  args: { VERSION: '1.0.0', B: '2' },
  files: { 'ca/a.crt': 'A', 'ca/b.crt': 'B' },
};

describe('the key of an image', () => {
  it('is 16 hex digits, the same for the same ingredients in any order', () => {
    const reversed = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
    const { assets, args, files } = some;
    expect(keyOf(some)).toMatch(/^[0-9a-f]{16}$/);
    expect(keyOf({ ...some, assets: reversed(assets), args: reversed(args), files: reversed(files) })).toBe(
      keyOf(some),
    );
    expect(tagOf(some)).toBe(`agentbox/claude:${keyOf(some)}`);
  });

  it.each<[string, Partial<Ingredients>]>([
    ['folder', { folder: 'codex' }],
    ['image below', { from: 'agentbox/base:2' }],
    ['version', { args: { ...some.args, VERSION: '1.0.1' } }],
    ['argument', { args: { ...some.args, C: '' } }],
    ['certificate', { files: { ...some.files, 'ca/b.crt': 'C' } }],
    ['absence of a certificate', { files: { 'ca/a.crt': 'A' } }],
    ['text of a file', { assets: { ...some.assets, run: { content: 'false', mode: 0o755 } } }],
    ['mode of a file', { assets: { ...some.assets, run: { content: 'true', mode: 0o644 } } }],
    [
      'name of a file',
      { assets: { Dockerfile: { content: 'FROM x', mode: 0o644 }, go: { content: 'true', mode: 0o755 } } },
    ],
  ])('changes with another %s', (_, change) => {
    expect(keyOf({ ...some, ...change })).not.toBe(keyOf(some));
  });

  it('keeps names and values apart', () => {
    const pair = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        expect(keyOf({ ...some, args: a }) === keyOf({ ...some, args: b })).toBe(same);
      }),
    );
  });
});
