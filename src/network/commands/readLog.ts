import { open } from 'node:fs/promises';
import type { LogLine } from '../protocol.ts';

const CHUNK = 64 * 1024;

/** Gives the bytes of a file from an offset on to `take`, and how many they were; a file that is not there has none. */
export async function copyFrom(path: string, from: number, take: (chunk: Buffer) => void): Promise<number> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return 0;
  try {
    let read = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, from + read);
      if (bytesRead === 0) return read;
      take(buffer.subarray(0, bytesRead));
      read += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** A line of network.jsonl; one that a crash cut off is none. Pure. */
export function parsed(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
