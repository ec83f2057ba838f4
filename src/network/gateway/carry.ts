import type { Socket } from 'node:net';
import { READ_SIZE, type Turns } from './turns.ts';

/**
 * Where the bytes of a connection go that was opened with its `onread`: one buffer is read into again and again. The socket must
 * stay paused until `to` is set.
 */
export interface Reader {
  readonly onread: { readonly buffer: Buffer; readonly callback: (count: number, buffer: Uint8Array) => boolean };
  to: (bytes: Uint8Array) => boolean;
}

/** Makes a reader for one connection. */
export function makeReader(): Reader {
  const reader: Reader = {
    // Memory that was never written to takes no room, so an idle tunnel costs little.
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_SIZE),
      callback: (count, buffer) => reader.to(count === buffer.length ? buffer : buffer.subarray(0, count)),
    },
    to: () => false,
  };
  return reader;
}

/** What carrying needs of the gateway: whose bytes they are, and the turns that all share. */
export interface Share {
  readonly box: object;
  readonly turns: Turns;
}

/**
 * Carries all bytes of one socket to another, then ends that. Reads no further while the other has not taken what was read: a reader's
 * buffer is in use until then. Errors are left to the sockets' listeners.
 */
export function carry(from: Socket, to: Socket, { box, turns }: Share, reader: Reader | undefined): void {
  let stopped = false;
  const goOn = () => {
    stopped = false;
    if (!from.destroyed) from.resume();
  };
  const written = () => {
    if (!stopped || to.writableLength > 0) return;
    turns.wait(box, goOn);
    // It waits for its turn now, and no longer for this.
    stopped = false;
  };
  /** False: it has stopped, and goes on by itself. */
  const take = (bytes: Uint8Array): boolean => {
    if (!to.writable) return true;
    to.write(bytes, written);
    const more = turns.take(bytes.length);
    if (to.writableLength > 0) stopped = true;
    else if (more) return true;
    else turns.wait(box, goOn);
    return false;
  };
  if (reader === undefined) {
    from.on('data', (bytes: Buffer) => {
      if (!take(bytes)) from.pause();
    });
  } else {
    reader.to = take;
  }
  if (from.readableEnded) to.end();
  else from.once('end', () => to.end());
  from.resume();
}
