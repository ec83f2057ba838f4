import type { Readable, Writable } from 'node:stream';
import { frameReader, type Piece } from './frames.ts';

/** Where the output of a box goes; what a terminal shows is all `stdout`. */
export interface Sinks {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Looks at what goes to stdout and may take something out of it. */
export interface OutputFilter {
  /** What of the chunk is to be written now. */
  push(chunk: Buffer): Buffer;
  /** What was held back, at the end. */
  rest(): Buffer;
}

/** How the output of a box is to be read: as a terminal shows it, or as frames of two streams. */
export interface Reading {
  readonly terminal: boolean;
  readonly filter?: OutputFilter;
}

/**
 * Copies the output of a box at the speed of its readers; resolves when all of it was written, rejects when the source
 * breaks. A sink that nobody reads any more swallows the rest.
 */
export async function copyOutput(source: Readable, sinks: Sinks, reading: Reading): Promise<void> {
  const { terminal, filter } = reading;
  const read = terminal ? terminalReader : frameReader();
  for await (const chunk of source as AsyncIterable<Buffer>) {
    for (const { from, data } of read(chunk)) {
      const shown = from === 'stdout' && filter !== undefined ? filter.push(data) : data;
      await write(sinks[from], shown);
    }
  }
  if (filter !== undefined) await write(sinks.stdout, filter.rest());
  await Promise.all([flush(sinks.stdout), flush(sinks.stderr)]);
}

const terminalReader = (data: Buffer): Piece[] => [{ from: 'stdout', data }];

async function write(out: Writable, data: Buffer): Promise<void> {
  if (data.length === 0 || !isOpen(out) || out.write(data)) return;
  await new Promise<void>((resolve) => {
    const events = ['drain', 'close', 'error'];
    const done = () => {
      for (const event of events) out.off(event, done);
      resolve();
    };
    for (const event of events) out.on(event, done);
  });
}

/** Resolves when everything written so far has left this process. */
async function flush(out: Writable): Promise<void> {
  if (isOpen(out)) await new Promise<void>((resolve) => out.write('', () => resolve()));
}

function isOpen(out: Writable): boolean {
  return !out.destroyed && !out.writableEnded && !out.errored;
}
