/** What a box may use up of the gateway, and how long things may take. Milliseconds, bytes, counts. */
export interface Limits {
  /** Open connections of one box. */
  readonly connections: number;
  /** Bytes of a request's or response's head. */
  readonly headBytes: number;
  /** From the first byte, or from the opening, to the end of a request's head. */
  readonly headMs: number;
  /** A connection kept alive waits so long for its next request. */
  readonly keepAliveMs: number;
  /** A tunnel, request or response in which nothing moves. */
  readonly idleMs: number;
  /** A tunnel of which one direction has ended, in which nothing moves. */
  readonly halfMs: number;
  /** Bytes of a ClientHello with the heads of its records. */
  readonly helloBytes: number;
  /** From the answer to CONNECT to the end of the ClientHello. */
  readonly helloMs: number;
  readonly resolveMs: number;
  /** Name look-ups of one box at the same time; the others wait. */
  readonly lookups: number;
  /** To connect to one of several addresses; the last may take connectMs. */
  readonly attemptMs: number;
  /** To connect, with all addresses. */
  readonly connectMs: number;
  /** A refused request is held so long for an answer. */
  readonly holdMs: number;
  /** Held requests of one box at the same time; more are refused at once. */
  readonly held: number;
  /** Bytes of decisions that nobody has read; more requests are refused. */
  readonly unreadBytes: number;
}

/** The limits that count outside of tests. */
export const LIMITS: Limits = {
  connections: 1024,
  headBytes: 64 * 1024,
  headMs: 20_000,
  keepAliveMs: 60_000,
  idleMs: 3_600_000,
  halfMs: 300_000,
  helloBytes: 32 * 1024,
  helloMs: 15_000,
  resolveMs: 10_000,
  lookups: 4,
  attemptMs: 3_000,
  connectMs: 20_000,
  holdMs: 20_000,
  held: 256,
  unreadBytes: 16 * 1024 * 1024,
};
