import { fstatSync, readSync } from 'node:fs';

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;

/** How much of a file is read. */
export interface Bounds {
  /** Bytes of a line; a longer one is passed over. */
  readonly line: number;
  /** Bytes of a file, those at its end. */
  readonly file: number;
}

/** For files that a box could write. */
export const BOUNDS: Bounds = { line: 32 * 1024 ** 2, file: 1024 ** 3 };

/**
 * Calls back with the lines of an open file that have one of `marks` in them, until it is told that this is enough (false). What is at its end without a newline is being
 * written, and left out. True when all of the file was read.
 */
export function markedLines(
  file: number,
  marks: readonly string[],
  take: (line: string) => boolean,
  bounds: Bounds = BOUNDS,
): boolean {
  const { size } = fstatSync(file);
  let at = Math.max(0, size - bounds.file);
  let whole = at === 0;
  let parts: Buffer[] = [];
  let length = 0;
  // The first line of a part of a file is not a whole one.
  let skipping = at > 0;
  const buffer = Buffer.alloc(CHUNK);
  for (let read = 1; at < size && read > 0; at += read) {
    read = readSync(file, buffer, 0, Math.min(CHUNK, size - at), at);
    for (let from = 0; from < read; ) {
      const end = buffer.subarray(0, read).indexOf(NEWLINE, from);
      const piece = buffer.subarray(from, end < 0 ? read : end);
      from = end < 0 ? read : end + 1;
      length += piece.length;
      if (length > bounds.line) {
        whole = false;
        skipping = true;
        parts = [];
      }
      if (!skipping) parts.push(end < 0 ? Buffer.from(piece) : piece);
      if (end < 0) continue;
      if (!skipping) {
        const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
        if (marks.some((mark) => line.includes(mark)) && !take(line.toString('utf8'))) return false;
      }
      parts = [];
      length = 0;
      skipping = false;
    }
  }
  return whole;
}
