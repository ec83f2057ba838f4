import type { Readable, Writable } from 'node:stream';

/** The program's three streams and what is known of them. Data goes to `out`, words for people to `err`. */
export interface Io {
  readonly in: Readable;
  readonly out: Writable;
  readonly err: Writable;
  readonly inIsTerminal: boolean;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal, 80 when there is none. */
  readonly columns: number;
  /** Colours on `err` and `out`: a terminal, and NO_COLOR not set. */
  readonly colour: boolean;
}

/** One line of words for people. */
export function say(io: Io, line: string): void {
  io.err.write(`${line}\n`);
}

/** One line of data. */
export function print(io: Io, line: string): void {
  io.out.write(`${line}\n`);
}

/** A value as JSON, for `--json`. */
export function printJson(io: Io, value: unknown): void {
  io.out.write(`${JSON.stringify(value, null, 2)}\n`);
}
