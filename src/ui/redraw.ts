import type { ReadStream } from 'node:tty';
import { UsageError } from '../errors.ts';
import type { Io } from './io.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
/** Terminals that know it show a frame whole; others ignore it. */
const BEGIN = '\u001b[?2026h\u001b[H';
const END = '\u001b[?2026l';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
/** Keys that end it: q, Ctrl-C, Ctrl-D. */
const ENDS = ['q', 'Q', '\u0003', '\u0004'];

/** One frame of a screen of this size: what does not fit is cut off, nothing scrolls, and what was there before is gone. Pure. */
export function frameOf(text: string, { rows, columns }: { rows: number; columns: number }): string {
  const lines = text.split('\n');
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more`] : lines;
  const cut = shown.map((line) => `${[...line].slice(0, columns).join('')}${REST_OF_LINE}`);
  return `${BEGIN}${cut.join('\r\n')}${REST_OF_SCREEN}${END}`;
}

/**
 * Draws the same screen again and again, every `every` milliseconds and when its size changes, until q, Ctrl-C or a signal; then the
 * terminal is as before. Throws UsageError where there is none, and what `draw` throws, with the terminal given back.
 */
export async function redraw(io: Io, draw: () => Promise<string>, every: number): Promise<void> {
  if (!io.inIsTerminal || !io.outIsTerminal) {
    throw new UsageError('--watch draws on a terminal, and this is none', ['agentbox ls --json']);
  }
  const input = io.in as ReadStream;
  const output = io.out as NodeJS.WriteStream;
  let end = () => {};
  let wake = () => {};
  let over = false;
  const ended = new Promise<void>((resolve) => {
    end = () => {
      over = true;
      resolve();
      wake();
    };
  });
  const onKey = (chunk: Buffer) => {
    if (ENDS.some((key) => chunk.includes(key))) end();
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onResize = () => wake();
  output.write(ENTER);
  input.setRawMode(true);
  input.on('data', onKey);
  output.on('resize', onResize);
  for (const signal of signals) process.on(signal, end);
  try {
    while (!over) {
      const text = await Promise.race([draw(), ended]);
      if (text === undefined) break;
      output.write(frameOf(text, { rows: output.rows, columns: output.columns }));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, every);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (over) wake();
      });
    }
  } finally {
    for (const signal of signals) process.off(signal, end);
    output.off('resize', onResize);
    input.off('data', onKey);
    input.setRawMode(false);
    input.pause();
    output.write(LEAVE);
  }
}
