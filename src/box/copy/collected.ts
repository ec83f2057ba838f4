import { Writable } from 'node:stream';

/** Keeps the beginning of what is written, whoever writes without end. */
export function collected(): { readonly stream: Writable; readonly firstLine: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (text.length < 2000) text += chunk.toString();
      done();
    },
  });
  return { stream, firstLine: () => text.trim().split('\n')[0] ?? '' };
}
