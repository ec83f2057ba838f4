import { addressOf, bitsOf, covers } from './address.ts';

/** Addresses that no name may lead to, unless a rule names the address or its range; the first that covers one says why. */
const REFUSED: readonly (readonly [range: string, why: string])[] = [
  ['169.254.169.254/32', 'metadata service'],
  ['169.254.170.2/32', 'metadata service'],
  ['100.100.100.200/32', 'metadata service'],
  ['168.63.129.16/32', 'metadata service'],
  ['192.0.0.192/32', 'metadata service'],
  ['fd00:ec2::254/128', 'metadata service'],
  ['fd20:ce::254/128', 'metadata service'],
  ['0.0.0.0/8', 'this host'],
  ['127.0.0.0/8', 'loopback'],
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'shared by a carrier (CGNAT)'],
  ['169.254.0.0/16', 'link-local'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relay'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'this host'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4 in IPv6 (compatible)'],
  ['::ffff:0:0/96', 'IPv4 in IPv6 (mapped)'],
  ['::ffff:0:0:0/96', 'IPv4 in IPv6 (translated)'],
  ['64:ff9b::/96', 'IPv4 in IPv6 (NAT64)'],
  ['64:ff9b:1::/48', 'IPv4 in IPv6 (NAT64)'],
  ['2001::/32', 'IPv4 in IPv6 (Teredo)'],
  ['2002::/16', 'IPv4 in IPv6 (6to4)'],
  ['2001:2::/48', 'benchmarking'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

/** The only part of IPv6 that is given out for the internet. */
const GLOBAL_V6 = '001';

const RANGES = REFUSED.map(([text, why]) => {
  const [address = '', prefix] = text.split('/');
  const bits = bitsOf(address);
  return { size: bits.length, start: bits.slice(0, Number(prefix)), why };
});

/** Why a canonical address is refused by default, in a word or two; undefined for one of the internet. Pure. */
export function refusedAs(address: string): string | undefined {
  const bits = bitsOf(address);
  const known = RANGES.find(({ size, start }) => size === bits.length && bits.startsWith(start))?.why;
  if (known !== undefined || bits.length === 32) return known;
  return bits.startsWith(GLOBAL_V6) ? undefined : 'reserved';
}

/** Where the 32 bits of an IPv4 address begin in the addresses of a range. */
const CARRIERS = [
  { address: '::', prefix: 96, at: 96 },
  { address: '::ffff:0:0', prefix: 96, at: 96 },
  { address: '::ffff:0:0:0', prefix: 96, at: 96 },
  { address: '64:ff9b::', prefix: 96, at: 96 },
  { address: '64:ff9b:1::', prefix: 48, at: 96 },
  { address: '2002::', prefix: 16, at: 16 },
];
const TEREDO = { address: '2001::', prefix: 32 };

/** The IPv4 addresses that a canonical IPv6 address carries in it, and where its packets may end; often none. Pure. */
export function carriedIn(address: string): readonly string[] {
  // `::1` has nothing to do with 0.0.0.1.
  if (!address.includes(':') || address === '::' || address === '::1') return [];
  const bits = bitsOf(address);
  const v4 = (at: number) => addressOf(bits.slice(at, at + 32));
  if (covers(TEREDO, address)) {
    // The server; and the client, with all bits turned over.
    const client = [...bits.slice(96)].map((bit) => (bit === '0' ? '1' : '0')).join('');
    return [v4(32), addressOf(client)];
  }
  return CARRIERS.filter((range) => covers(range, address)).map(({ at }) => v4(at));
}
