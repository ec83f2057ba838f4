import type { Readable } from 'node:stream';
import { lineCutter } from '../gateway/lines.ts';

/**
 * Calls back with the value of every line of JSON that a stream brings. A line that is too long, or no JSON, destroys the
 * stream with an error that says nothing of its content.
 */
export function onJsonLines(stream: Readable, onValue: (value: unknown) => void): void {
  const push = lineCutter((line) => onValue(parse(line)));
  stream.on('data', (chunk: Buffer) => {
    try {
      push(chunk);
    } catch (error) {
      stream.destroy(error instanceof Error ? error : undefined);
    }
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('a line that is no JSON');
  }
}
