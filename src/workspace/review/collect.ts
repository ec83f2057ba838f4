import { PassThrough } from 'node:stream';

/** A stream that keeps the bytes written to it. */
export function collectBytes(): { readonly stream: PassThrough; readonly bytes: () => Buffer } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, bytes: () => Buffer.concat(chunks) };
}
