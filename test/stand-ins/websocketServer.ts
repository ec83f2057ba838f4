import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What RFC 6455 has every server put after the client's key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE] = [1, 8] as const;

/**
 * A stand-in for an API that speaks over a websocket (RFC 6455): it says what Authorization it was asked with, and then
 * answers each text with itself. Messages are whole and of text; for the `upgrade` event of node's server.
 */
export function answerWebsocket({ headers }: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(frame(TEXT, Buffer.from(`authorization: ${headers.authorization ?? 'none'}`)));
  let rest = head;
  const take = () => {
    for (let read = unframe(rest); read !== undefined; read = unframe(rest)) {
      rest = read.rest;
      socket.write(frame(read.opcode, read.payload));
      if (read.opcode === CLOSE) socket.end();
    }
  };
  take();
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    take();
  });
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The first frame of what a client sent, which is masked; undefined while it is not whole. */
function unframe(data: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1) & 0x7f;
  const at = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < at) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  const end = at + 4 + length;
  if (data.length < end) return undefined;
  const mask = data.subarray(at, at + 4);
  const payload = Buffer.from(data.subarray(at + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { opcode: data.readUInt8(0) & 0x0f, payload, rest: data.subarray(end) };
}
