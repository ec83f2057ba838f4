const EXTENSION = { serverName: 0, groups: 10, signatures: 13, encryptedHello: 0xfe0d } as const;
/** ECDHE with ECDSA and with RSA, as TLS 1.2 has them. */
const CIPHERS = [0xc02b, 0xc02f];
const GROUPS = [0x001d, 0x0017];
const SIGNATURES = [0x0403, 0x0804, 0x0401];

/**
 * The ClientHello of a TLS client, as latin1. `mark` is its session id, so that whoever gets it knows whose it is; `host`
 * is its server name; `hidden` makes it one with an encrypted name. Pure.
 */
export function clientHello(host: string | undefined, mark: string, hidden = false): string {
  const extensions = Buffer.concat([
    ...(host === undefined ? [] : [extension(EXTENSION.serverName, sized(2, nameOf(host)))]),
    extension(EXTENSION.groups, sized(2, numbers(GROUPS))),
    extension(EXTENSION.signatures, sized(2, numbers(SIGNATURES))),
    ...(hidden ? [extension(EXTENSION.encryptedHello, Buffer.alloc(64, 1))] : []),
  ]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    sized(1, Buffer.from(mark).subarray(0, 32)),
    sized(2, numbers(CIPHERS)),
    sized(1, Buffer.from([0])),
    sized(2, extensions),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), sized(2, body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(2, handshake)]).toString('latin1');
}

const nameOf = (host: string) => Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(host))]);
const numbers = (all: readonly number[]) => Buffer.from(all.flatMap((number) => [number >> 8, number & 255]));
const extension = (type: number, content: Buffer) => Buffer.concat([numbers([type]), sized(2, content)]);

/** Bytes behind their own number. */
function sized(width: 1 | 2, content: Buffer): Buffer {
  const length = width === 1 ? Buffer.from([content.length]) : numbers([content.length]);
  return Buffer.concat([length, content]);
}
