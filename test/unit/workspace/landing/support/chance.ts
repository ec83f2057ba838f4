/** Chance that is the same in each run, so that what is counted can be pinned. */
export interface Chance {
  /** A whole number from 0 up to, not including, `below`. */
  readonly upTo: (below: number) => number;
  /** A text of characters of this alphabet. */
  readonly text: (alphabet: string, length: number) => string;
  /** Bytes of chance. */
  readonly bytes: (length: number) => Buffer;
}

/** Marsaglia's xorshift; good enough for keys that open nothing. */
export function chance(seed: number): Chance {
  let state = seed || 1;
  const upTo = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[upTo(alphabet.length)]).join('');
  return { upTo, text, bytes: (length) => Buffer.from(Array.from({ length }, () => upTo(256))) };
}

export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LOWER = 'abcdefghijklmnopqrstuvwxyz';
export const DIGITS = '0123456789';
export const HEX = '0123456789abcdef';
export const MIXED = `${UPPER}${LOWER}${DIGITS}`;
export const URLSAFE = `${MIXED}-_`;
