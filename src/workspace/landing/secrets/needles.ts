/** A text to look for, as latin1 (one character a byte), of at least three bytes, with what its finder wants to know of it. */
export interface Needle<T> {
  readonly text: string;
  readonly owner: T;
}

/** Where a needle was found. */
export interface Hit<T> {
  readonly at: number;
  readonly needle: Needle<T>;
}

const BITS = 16;

/**
 * A function that gives every place of every needle in some bytes, in their order. One pass whatever the number of needles:
 * each three bytes are looked up in a table, and only where that says so is a needle compared.
 */
export function needleFinder<T>(needles: readonly Needle<T>[]): (bytes: Buffer, text: string) => Generator<Hit<T>> {
  const table = new Uint8Array(1 << BITS);
  const byKey = new Map<number, Needle<T>[]>();
  for (const needle of needles) {
    const { text } = needle;
    if (text.length < 3) throw new Error('a needle has at least three bytes');
    const key = (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
    table[slot(key)] = 1;
    byKey.set(key, [...(byKey.get(key) ?? []), needle]);
  }
  return function* (bytes, text) {
    let key = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    for (let index = 2; index < bytes.length; index++) {
      key = ((key << 8) | (bytes[index] ?? 0)) & 0xffffff;
      if (table[slot(key)] === 0) continue;
      for (const needle of byKey.get(key) ?? []) {
        if (text.startsWith(needle.text, index - 2)) yield { at: index - 2, needle };
      }
    }
  };
}

/** Which place of the table three bytes have. */
const slot = (key: number) => Math.imul(key, 0x9e3779b1) >>> (32 - BITS);
