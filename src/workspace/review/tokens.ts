/** Reads rows of tokens, each token ended by a zero byte, as the programs for clones print them. */
export interface Tokens {
  /** The next token; throws at the end. */
  next(): string;
  /** The next so many. */
  take(count: number): readonly string[];
  /** Where the next one begins, in bytes. */
  readonly offset: () => number;
}

/** A reader of `bytes` from their beginning. Names that are no UTF-8 come out with the sign for that. */
export function tokensOf(bytes: Buffer): Tokens {
  let at = 0;
  const next = () => {
    const end = bytes.indexOf(0, at);
    if (end === -1) throw new Error('a helper box said less than it should');
    const token = bytes.toString('utf8', at, end);
    at = end + 1;
    return token;
  };
  return { next, take: (count) => Array.from({ length: count }, next), offset: () => at };
}
