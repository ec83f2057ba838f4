import { fstatSync, readSync } from 'node:fs';

/** The pages of a database, from 1, as the last transaction left them. */
export interface Pages {
  readonly pageSize: number;
  /** Bytes of a page that are the database's own. */
  readonly usable: number;
  /** Undefined for a page that is not there. */
  page(number: number): Buffer | undefined;
}

const MAGIC = 'SQLite format 3\0';
/** Bytes of a write-ahead log that are looked at. */
const LOG_LIMIT = 1024 ** 3;
const LOG_HEAD = 32;
const FRAME_HEAD = 24;

/**
 * Opens a database by its open files: itself, and the write-ahead log beside it where there is one. Nothing is written and
 * no lock is taken, so what is written meanwhile may be missed. Undefined when it is none, or one with text in UTF-16.
 */
export function openPages(database: number, log: number | undefined): Pages | undefined {
  const read = (file: number, at: number, length: number) => {
    const bytes = Buffer.alloc(length);
    return readSync(file, bytes, 0, length, at) === length ? bytes : undefined;
  };
  const logged = log === undefined ? undefined : framesOf(log, fstatSync(log).size, read);
  const first = logged?.frames.get(1);
  const head = first === undefined ? read(database, 0, 100) : read(log ?? database, first, 100);
  if (head === undefined || head.toString('latin1', 0, 16) !== MAGIC || head.readUInt32BE(56) > 1) return undefined;
  const size = head.readUInt16BE(16);
  const pageSize = size === 1 ? 65_536 : size;
  const usable = pageSize - (head[20] ?? 0);
  if (!isPageSize(pageSize) || usable < 480 || (logged !== undefined && logged.pageSize !== pageSize)) return undefined;
  return {
    pageSize,
    usable,
    page(number) {
      const frame = logged?.frames.get(number);
      if (log !== undefined && frame !== undefined) return read(log, frame, pageSize);
      return number < 1 ? undefined : read(database, (number - 1) * pageSize, pageSize);
    },
  };
}

/** Where in the write-ahead log the newest version of each page is, as far as it was committed. */
function framesOf(
  log: number,
  size: number,
  read: (file: number, at: number, length: number) => Buffer | undefined,
): { readonly pageSize: number; readonly frames: ReadonlyMap<number, number> } | undefined {
  const head = size < LOG_HEAD ? undefined : read(log, 0, LOG_HEAD);
  if (head === undefined || head.readUInt32BE(0) >>> 1 !== 0x377f0682 >>> 1) return undefined;
  const pageSize = head.readUInt32BE(8);
  if (!isPageSize(pageSize)) return undefined;
  const frames = new Map<number, number>();
  const pending = new Map<number, number>();
  const step = FRAME_HEAD + pageSize;
  for (let at = LOG_HEAD; at + step <= Math.min(size, LOG_LIMIT); at += step) {
    const frame = read(log, at, FRAME_HEAD);
    // Behind the last frame lies what an earlier round of the log left.
    if (frame === undefined || frame.compare(head, 16, 24, 8, 16) !== 0) break;
    pending.set(frame.readUInt32BE(0), at + FRAME_HEAD);
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [number, offset] of pending) frames.set(number, offset);
    pending.clear();
  }
  return { pageSize, frames };
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}
