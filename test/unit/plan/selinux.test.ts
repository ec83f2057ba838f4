import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selinuxLevel } from '../../../src/plan/selinux.ts';

it('gives every client a level of two ordered categories, always the same', () => {
  fc.assert(
    fc.property(fc.string(), (client) => {
      const level = selinuxLevel(client);
      const [, low, high] = /^s0:c(\d+),c(\d+)$/.exec(level) ?? [];
      expect(Number(low)).toBeLessThan(Number(high));
      expect(Number(high)).toBeLessThan(1024);
      expect(selinuxLevel(client)).toBe(level);
    }),
  );
});

it('tells clients apart', () => {
  expect(selinuxLevel('acme')).not.toBe(selinuxLevel('globex'));
});
