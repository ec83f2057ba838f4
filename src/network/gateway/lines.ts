import type { Readable, Writable } from 'node:stream';
import { LINE_LIMIT } from '../protocol.ts';

const NEWLINE = 0x0a;

/**
 * Takes bytes in whatever pieces and calls back with each whole line, without its end. Throws when a line is longer than
 * `limit` bytes. Pure but for the callback: the same bytes give the same lines however they are cut.
 */
export function lineCutter(onLine: (line: string) => void, limit = LINE_LIMIT): (chunk: Uint8Array) => void {
  let parts: Uint8Array[] = [];
  let size = 0;
  return (chunk) => {
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      size += part.length;
      if (size > limit) throw new Error(`a line is longer than ${limit} bytes`);
      parts.push(part);
      if (end < 0) return;
      const line = Buffer.concat(parts).toString();
      parts = [];
      size = 0;
      from = end + 1;
      onLine(line);
    }
  };
}

/**
 * Reads lines to the end of `input`; half a line at its end is dropped. Rejects, with `input` destroyed, when it breaks, when
 * a line is too long, and with what `onLine` throws.
 */
export async function readLines(input: Readable, onLine: (line: string) => void, limit = LINE_LIMIT): Promise<void> {
  const push = lineCutter(onLine, limit);
  for await (const chunk of input) push(chunk as Buffer);
}

/**
 * Writes a message, or a line that is one already. False, and nothing is written, when `output` has ended or its reader is more than
 * `limit` bytes behind.
 */
export function sendLine(output: Writable, message: object | string, limit = LINE_LIMIT): boolean {
  if (!output.writable || output.writableLength > limit) return false;
  output.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  return true;
}
