/** Tokens of one or more replies. Each is counted in exactly one of the first five; `reasoning` is a part of `output`. */
export interface Tokens {
  /** Read by the model, and neither written to its cache nor read from there. */
  readonly input: number;
  readonly output: number;
  /** Written to the cache for the usual time: five minutes at Anthropic, half an hour at OpenAI. */
  readonly cacheWrite: number;
  /** Written to the cache for an hour. */
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  readonly reasoning: number;
}

/** No tokens. */
export const NO_TOKENS: Tokens = { input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };

/** More than any model reads or writes in one reply: a number above it is not one. */
const MOST = 100_000_000;

/** A number of tokens as a log has it; what is none counts as 0. Pure. */
export function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= MOST ? Math.floor(value) : 0;
}

/** Tokens where `read` counts what was read in all, the cache included, as most APIs do. Pure. */
export function ofWhole(
  { read, cacheRead, cacheWrite }: { read: number; cacheRead: number; cacheWrite: number },
  output: number,
  reasoning: number,
): Tokens {
  const input = Math.max(0, read - cacheRead - cacheWrite);
  return { ...NO_TOKENS, input, output, cacheRead, cacheWrite, reasoning: Math.min(reasoning, output) };
}

/** The sum of both. Pure. */
export function plus(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    cacheRead: a.cacheRead + b.cacheRead,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** What the model read for it. Pure. */
export function prompt({ input, cacheWrite, cacheWrite1h, cacheRead }: Tokens): number {
  return input + cacheWrite + cacheWrite1h + cacheRead;
}

/** All of them. Pure. */
export function total(tokens: Tokens): number {
  return prompt(tokens) + tokens.output;
}
