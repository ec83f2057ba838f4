import { crc32 } from 'node:zlib';

/** One message of Amazon's binary event stream (`application/vnd.amazon.eventstream`), all of its headers strings. */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(header));
  const prelude = Buffer.concat([uint32(4 * 4 + head.length + payload.length), uint32(head.length)]);
  const unchecked = Buffer.concat([prelude, uint32(crc32(prelude)), head, payload]);
  return Buffer.concat([unchecked, uint32(crc32(unchecked))]);
}

const STRING = 7;

function header([name, value]: readonly [string, string]): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  return Buffer.concat([
    Buffer.from([key.length]),
    key,
    Buffer.from([STRING, text.length >> 8, text.length & 255]),
    text,
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
