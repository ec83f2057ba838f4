import { isIPv6 } from 'node:net';

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The one spelling of an address: a dotted quad, or IPv6 as short as it gets, without brackets; undefined for anything else. Pure. */
export function canonicalAddress(text: string): string | undefined {
  if (V4.test(text)) return text;
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !isIPv6(text)) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** True when a range has the address in it; both canonical, and of the same family, else false. Pure. */
export function covers(range: { readonly address: string; readonly prefix: number }, address: string): boolean {
  return (
    range.address.includes(':') === address.includes(':') &&
    bitsOf(range.address).slice(0, range.prefix) === bitsOf(address).slice(0, range.prefix)
  );
}

/** The canonical address with all bits after the first `prefix` off: the one by which a range is called. Pure. */
export function networkOf(address: string, prefix: number): string {
  const bits = bitsOf(address);
  return addressOf(bits.slice(0, prefix).padEnd(bits.length, '0'));
}

/** The bits of a canonical address, 32 or 128 characters. Pure. */
export function bitsOf(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((byte) => binary(Number(byte), 8))
      .join('');
  const [head = [], tail] = address.split('::').map(groupsOf);
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return groups.map((group) => binary(Number.parseInt(group, 16), 16)).join('');
}

/** The canonical address of 32 or 128 bits. Pure. */
export function addressOf(bits: string): string {
  const chunks = bits.match(bits.length === 32 ? /.{8}/g : /.{16}/g) ?? [];
  const numbers = chunks.map((chunk) => Number.parseInt(chunk, 2));
  if (bits.length === 32) return numbers.join('.');
  return new URL(`http://[${numbers.map((group) => group.toString(16)).join(':')}]/`).hostname.slice(1, -1);
}

const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));
const binary = (value: number, width: number) => value.toString(2).padStart(width, '0');
