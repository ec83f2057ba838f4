import { canonicalAddress } from './address.ts';

/** A host as a request or a rule names it, in the one spelling that rules are compared with. */
export interface CheckedHost {
  readonly kind: 'name' | 'address';
  /** Lower case, no dot at its end; an IPv6 address without brackets, as short as it gets. */
  readonly host: string;
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** What libraries take for an IPv4 address in decimal, octal, hexadecimal or short form: a name never ends like this. */
const NUMBER = /^(\d+|0x[0-9a-f]*)$/;

/**
 * Tells names from addresses, and gives their canonical form; undefined for what is neither: an address in disguise,
 * anything but ASCII letters, digits, `-`, `_` and dots (a name of other letters is known by its `xn--` form), a zone
 * id, a port, a login, or a name that is too long. A name may end with one dot. Pure.
 */
export function checkHost(text: string): CheckedHost | undefined {
  // Longer than any name: no need to look at it.
  if (text.length > 256) return undefined;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const address = canonicalAddress(bare);
  if (address !== undefined) {
    const isV6 = address.includes(':');
    return bare === text || isV6 ? { kind: 'address', host: address } : undefined;
  }
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const labels = name.split('.');
  if (name.length > 253 || !labels.every((label) => LABEL.test(label)) || NUMBER.test(labels.at(-1) ?? '')) {
    return undefined;
  }
  return { kind: 'name', host: name };
}
