/** A TLS ClientHello for a server name, as small as one can be. Pure. */
export function helloFor(name: string): Buffer {
  const host = Buffer.from(name, 'latin1');
  const serverName = Buffer.concat([sized(2, Buffer.concat([Buffer.from([0]), sized(2, host)]))]);
  const extension = Buffer.concat([Buffer.from([0, 0]), sized(2, serverName)]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    sized(1, Buffer.alloc(0)),
    sized(2, Buffer.from([0x13, 0x01])),
    sized(1, Buffer.from([0])),
    sized(2, extension),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), sized(3, body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(2, handshake)]);
}

/** Bytes with their length in front, in so many bytes. */
function sized(bytes: number, content: Buffer): Buffer {
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(content.length, 0, bytes);
  return Buffer.concat([length, content]);
}
