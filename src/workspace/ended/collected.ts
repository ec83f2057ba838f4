import { Writable } from 'node:stream';

/** Bytes. */
const MOST = 128 * 1024 * 1024;

/** A stream that keeps what is written to it, up to a limit, and a function that gives it. */
export function collected(most = MOST): { readonly stream: Writable; readonly bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  let left = most;
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}
