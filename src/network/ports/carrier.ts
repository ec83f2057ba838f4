import type { Socket } from 'node:net';
import { BODY_LIMIT, encodeFrame, frameCutter, KIND, type PortFrame, WINDOW } from './frames.ts';

/** Connections of one box at a time. */
export const MOST_CONNECTIONS = 256;

/** The host's end of the channel that carries connections into one box. */
export interface Carrier {
  /** Carries a connection, which has `allowHalfOpen`, to a port of the box; one too many is cut. */
  carry(socket: Socket, boxPort: number): void;
  /** Takes what the box sends; throws for what no honest box sends. */
  take(chunk: Buffer): void;
  /** Cuts all connections: the channel is gone. */
  close(): void;
}

interface Carried {
  readonly socket: Socket;
  /** Bytes that may be sent to the box. */
  credit: number;
  /** Bytes from the box that wait for their reader. */
  waiting: number;
  /** Of those that were read, how many the box has not been told of. */
  untold: number;
  readonly ended: { here: boolean; there: boolean };
}

/** Tell the box in steps of this many bytes. */
const STEP = WINDOW / 4;

/** A carrier that sends its frames with `send`. Connections are opened by the host alone, and each holds at most WINDOW bytes a direction. */
export function carrier(send: (frame: Buffer) => void): Carrier {
  const all = new Map<number, Carried>();
  let last = 0;

  const forget = (id: number, one: Carried) => {
    if (all.get(id) !== one) return;
    all.delete(id);
    if (!(one.ended.here && one.ended.there)) send(encodeFrame(id, KIND.cut));
  };
  const onData = (id: number, one: Carried, chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += BODY_LIMIT) {
      send(encodeFrame(id, KIND.data, chunk.subarray(at, at + BODY_LIMIT)));
    }
    one.credit -= chunk.length;
    // The next read may bring so many bytes.
    if (one.credit < BODY_LIMIT) one.socket.pause();
  };
  const onRead = (id: number, one: Carried, bytes: number) => {
    one.waiting -= bytes;
    one.untold += bytes;
    if (one.untold < STEP || all.get(id) !== one) return;
    const told = Buffer.alloc(4);
    told.writeUInt32BE(one.untold);
    one.untold = 0;
    send(encodeFrame(id, KIND.more, told));
  };
  const onMore = (one: Carried, body: Buffer) => {
    if (body.length !== 4) throw new Error('no number of bytes');
    one.credit += body.readUInt32BE();
    if (one.credit > WINDOW) throw new Error('more bytes were read than sent');
    if (one.credit >= BODY_LIMIT) one.socket.resume();
  };

  const take = frameCutter(({ id, kind, body }: PortFrame) => {
    const one = all.get(id);
    if (id === 0 || id > last) throw new Error('a connection that nobody opened');
    // It has ended here while this was under way.
    if (one === undefined) return;
    switch (kind) {
      case KIND.data:
        if (one.ended.there) throw new Error('data behind the end');
        one.waiting += body.length;
        if (one.waiting + one.untold > WINDOW) throw new Error('more data than the window holds');
        if (body.length > 0) one.socket.write(body, () => onRead(id, one, body.length));
        break;
      case KIND.end:
        one.ended.there = true;
        one.socket.end();
        break;
      case KIND.cut:
        one.ended.here = true;
        one.ended.there = true;
        all.delete(id);
        one.socket.resetAndDestroy();
        break;
      case KIND.more:
        onMore(one, body);
        break;
      default:
        throw new Error(`a frame of kind ${kind}`);
    }
  });

  return {
    carry(socket, boxPort) {
      socket.on('error', () => {});
      if (all.size >= MOST_CONNECTIONS || socket.destroyed) {
        socket.resetAndDestroy();
        return;
      }
      last += 1;
      const id = last;
      const one: Carried = { socket, credit: WINDOW, waiting: 0, untold: 0, ended: { here: false, there: false } };
      all.set(id, one);
      const port = Buffer.alloc(2);
      port.writeUInt16BE(boxPort);
      send(encodeFrame(id, KIND.open, port));
      socket.on('data', (chunk: Buffer) => onData(id, one, chunk));
      socket.once('end', () => {
        one.ended.here = true;
        if (all.get(id) === one) send(encodeFrame(id, KIND.end));
      });
      socket.once('close', () => forget(id, one));
      socket.resume();
    },
    take,
    close() {
      for (const { socket } of all.values()) socket.resetAndDestroy();
      all.clear();
    },
  };
}
