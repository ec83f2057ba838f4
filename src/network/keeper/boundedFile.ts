import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** A file of lines that cannot grow without end. */
export interface BoundedFile {
  /** Takes a line; it is on its way to the file when this returns. */
  write(line: string): void;
  /** Resolves when everything taken so far is in the file, or could not be written. */
  flush(): Promise<void>;
  /** Writes a line before this returns, for a program that is about to end; throws when it cannot. */
  writeLast(line: string): void;
}

/** Lines that wait for the disk; more are dropped. */
const WAITING = 100_000;
const BATCH = 1024 * 1024;
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Appends lines to a file (0600) of at most about `limit` bytes; a full one becomes `PATH.1`, that one `PATH.2`, up to `keep`.
 * What cannot be written is dropped: a full disk stops no box.
 */
export function boundedFile(path: string, { limit, keep }: { limit: number; keep: number }): BoundedFile {
  const waiting: string[] = [];
  let writing: Promise<void> | undefined;

  const append = async (text: string) => {
    const file = await open(path, FLAGS, 0o600);
    try {
      const { size } = await file.stat();
      if (size === 0 || size + text.length <= limit) return void (await file.appendFile(text));
    } finally {
      await file.close();
    }
    for (let at = keep; at > 0; at -= 1) {
      await rename(at === 1 ? path : `${path}.${at - 1}`, `${path}.${at}`).catch(() => {});
    }
    const fresh = await open(path, FLAGS, 0o600);
    try {
      await fresh.appendFile(text);
    } finally {
      await fresh.close();
    }
  };

  const drain = async () => {
    while (waiting.length > 0) {
      let size = 0;
      const enough = waiting.findIndex((line) => {
        size += line.length + 1;
        return size > BATCH;
      });
      const batch = waiting.splice(0, enough === -1 ? waiting.length : Math.max(1, enough));
      await append(`${batch.join('\n')}\n`).catch(() => {});
    }
    writing = undefined;
  };

  return {
    write(line) {
      if (waiting.length >= WAITING) return;
      waiting.push(line);
      writing ??= Promise.resolve().then(drain);
    },
    async flush() {
      await writing;
    },
    writeLast(line) {
      const file = openSync(path, FLAGS, 0o600);
      writeSync(file, `${line}\n`);
      closeSync(file);
    },
  };
}
