import { BlockList, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, bitsOf, canonicalAddress, covers, networkOf } from '../../../../src/network/policy/address.ts';

const v6 = fc.ipV6().map((text) => canonicalAddress(text) ?? '');

describe('addresses', () => {
  it('are known in the one form that node itself takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const canonical = canonicalAddress(text);
        expect(canonical !== undefined).toBe(isIPv4(text) || (isIPv6(text) && !text.includes('%')));
        if (canonical !== undefined) expect(canonicalAddress(canonical)).toBe(canonical);
      }),
    );
  });

  it('come back from their bits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), v6), (address) => {
        expect(addressOf(bitsOf(address))).toBe(address);
      }),
    );
  });
});

describe('a range', () => {
  it('covers what node says it covers', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (base, address, prefix) => {
        const list = new BlockList();
        list.addSubnet(networkOf(base, prefix), prefix, 'ipv4');
        expect(covers({ address: networkOf(base, prefix), prefix }, address)).toBe(list.check(address));
        expect(covers({ address: networkOf(base, prefix), prefix }, base)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(v6, v6, fc.integer({ min: 0, max: 128 }), (base, address, prefix) => {
        const list = new BlockList();
        list.addSubnet(networkOf(base, prefix), prefix, 'ipv6');
        expect(covers({ address: networkOf(base, prefix), prefix }, address)).toBe(list.check(address, 'ipv6'));
        expect(covers({ address: networkOf(base, prefix), prefix }, base)).toBe(true);
      }),
    );
  });

  it('of one family covers nothing of the other', () => {
    expect(covers({ address: '::', prefix: 0 }, '0.0.0.0')).toBe(false);
    expect(covers({ address: '0.0.0.0', prefix: 0 }, '::')).toBe(false);
  });
});
