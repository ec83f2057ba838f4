/** What a ClientHello is made of. */
export interface HelloParts {
  readonly name?: string;
  readonly extensions?: readonly Buffer[];
  /** Bytes of the padding extension. */
  readonly padding?: number;
  /** Bytes behind the extensions, where nothing may be. */
  readonly behind?: Buffer;
}

/** The handshake message of a ClientHello. */
export function hello({ name, extensions = [], padding = 0, behind = Buffer.alloc(0) }: HelloParts): Buffer {
  const all = Buffer.concat([
    ...(name === undefined ? [] : [extension(0, serverName(name))]),
    ...extensions,
    ...(padding === 0 ? [] : [extension(21, Buffer.alloc(padding))]),
  ]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    Buffer.from([0, 2, 0x13, 1]),
    Buffer.from([1, 0]),
    sized(2, all),
    behind,
  ]);
  return Buffer.concat([Buffer.from([1, 0, body.length >> 8, body.length & 255]), body]);
}

/** An extension. */
export function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(2, content)]);
}

/** The content of a server_name extension. */
export function serverName(...names: readonly string[]): Buffer {
  return sized(2, Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(name))]))));
}

/** Cuts a message into records of these sizes, over and over; without sizes it is one. */
export function records(message: Buffer, sizes: readonly number[] = [message.length]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, index = 0; at < message.length; index += 1) {
    const part = message.subarray(at, at + (sizes[index % sizes.length] ?? message.length));
    parts.push(Buffer.from([22, 3, 1]), sized(2, part));
    at += part.length;
  }
  return Buffer.concat(parts);
}

function sized(bytes: 1 | 2, content: Buffer): Buffer {
  const length = bytes === 1 ? [content.length] : [content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from(length), content]);
}
