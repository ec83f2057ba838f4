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
  /** Colours on `err`; see coloursOf. */
  readonly colour: boolean;
  /** Colours on `out`; missing: none. */
  readonly outColour?: boolean;
  /** `err` is a terminal on which a line can be drawn anew; missing: it is none. */
  readonly live?: boolean;
  /** How much is said; set once, from the command line. */
  readonly volume?: Volume;
}

/** How much is said to people. */
export interface Volume {
  quiet: boolean;
  verbose: boolean;
}

/** Sets how much is said from now on: `--quiet`, `--verbose`. Both: what is done is told, news are not. */
export function setVolume({ volume }: Io, { quiet = false, verbose = false }: Partial<Volume>): void {
  if (volume !== undefined) Object.assign(volume, { quiet, verbose });
}

/** One line of words for people; nothing with `--quiet`. */
export function say(io: Io, line: string): void {
  if (!io.volume?.quiet) warn(io, line);
}

/** One line that somebody must see, `--quiet` or not: work that is kept back, what was moved aside, a question's grounds. */
export function warn(io: Io, line: string): void {
  clearLive(io);
  io.err.write(`${line}\n`);
}

/** One line about what is done, with `--verbose` alone: seconds since the program began, and the words. Never a secret. */
export function trace(io: Io, words: string): void {
  if (io.volume?.verbose) warn(io, `agentbox: [${(performance.now() / 1000).toFixed(3)} s] ${words}`);
}

/** Outputs with a line on them that goes away again. */
const drawn = new WeakSet<Writable>();
const CLEAR = '\r\u001b[2K';

/** Draws a line that goes away again, in the place of the one before. */
export function drawLive({ err }: Io, text: string): void {
  drawn.add(err);
  err.write(`${CLEAR}${text}`);
}

/** Takes such a line away, where there is one. */
export function clearLive({ err }: Io): void {
  if (drawn.delete(err)) err.write(CLEAR);
}

/** One line of data. */
export function print(io: Io, line: string): void {
  clearLive(io);
  io.out.write(`${line}\n`);
}

/** Outputs that have their JSON value: there is only one. */
const answered = new WeakSet<Writable>();

/** True when a JSON value was printed there. */
export function hasAnswered({ out }: Io): boolean {
  return answered.has(out);
}

/** A value as JSON, for `--json`. */
export function printJson(io: Io, value: unknown): void {
  answered.add(io.out);
  io.out.write(`${JSON.stringify(value, null, 2)}\n`);
}
