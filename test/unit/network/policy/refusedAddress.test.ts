import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../../src/network/policy/address.ts';
import { carriedIn, refusedAs } from '../../../../src/network/policy/refusedAddress.ts';

const of = (text: string) => canonicalAddress(text) ?? 'no address';

describe('an address is refused by default as', () => {
  it.each([
    ['0.0.0.0', 'this host'],
    ['0.255.255.255', 'this host'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'shared by a carrier (CGNAT)'],
    ['100.127.255.255', 'shared by a carrier (CGNAT)'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'metadata service'],
    ['169.254.170.2', 'metadata service'],
    ['100.100.100.200', 'metadata service'],
    ['168.63.129.16', 'metadata service'],
    ['192.0.0.192', 'metadata service'],
    ['192.0.0.8', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.9', 'documentation'],
    ['192.88.99.1', '6to4 relay'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'this host'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4 in IPv6 (compatible)'],
    ['::ffff:8.8.8.8', 'IPv4 in IPv6 (mapped)'],
    ['::ffff:0:8.8.8.8', 'IPv4 in IPv6 (translated)'],
    ['64:ff9b::8.8.8.8', 'IPv4 in IPv6 (NAT64)'],
    ['64:ff9b:1::8.8.8.8', 'IPv4 in IPv6 (NAT64)'],
    ['2002:808:808::1', 'IPv4 in IPv6 (6to4)'],
    ['2001::1', 'IPv4 in IPv6 (Teredo)'],
    ['2001:2::1', 'benchmarking'],
    ['2001:10::1', 'reserved'],
    ['2001:20::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fd00:ec2::254', 'metadata service'],
    ['fd20:ce::254', 'metadata service'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['100::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
  ])('%s: %s', (address, why) => {
    expect(refusedAs(of(address))).toBe(why);
  });
});

it.each(['1.1.1.1', '9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0'])(
  '%s is an address of the internet',
  (address) => expect(refusedAs(address)).toBeUndefined(),
);

it.each(['223.255.255.255', '169.253.0.1', '192.0.1.1', '2606:4700::1111', '2a00:1450::1', '2001:4860:4860::8888'])(
  '%s is an address of the internet too',
  (address) => expect(refusedAs(address)).toBeUndefined(),
);

it('every spelling of an IPv4 address inside IPv6 is refused, and known by what it carries', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'), (address, prefix) => {
      const inside = of(`${prefix}${address}`);
      expect(refusedAs(inside)).toMatch(/^IPv4 in IPv6/);
      expect(carriedIn(inside)).toEqual([address]);
    }),
  );
});

it('6to4 carries its address in front, Teredo its server, and its client with all bits turned over', () => {
  expect(carriedIn(of('2002:a00:1::1'))).toEqual(['10.0.0.1']);
  expect(carriedIn(of('2001:0:4136:e378:8000:63bf:3fff:fdd2'))).toEqual(['65.54.227.120', '192.0.2.45']);
});

it('other addresses carry nothing', () => {
  for (const address of ['10.0.0.1', '::', '::1', 'fd00::1', '2606:4700::1111']) expect(carriedIn(address)).toEqual([]);
});
