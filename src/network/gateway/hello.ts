/** What the first bytes of a TLS client say. */
export type Hello =
  | { readonly need: 'more' }
  | { readonly bad: string }
  /** `host` is the server name as sent, undefined without one; `ech`: the real name is, or may be, encrypted. */
  | { readonly host: string | undefined; readonly ech: boolean };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ECH = 0xfe0d;
const ESNI = 0xffce;
const RECORD_MAX = 16 * 1024;
/** No client cuts its hello finer; a box that sends it in single bytes must not keep the gateway busy. */
const RECORDS_MAX = 128;
const NEED_MORE: Hello = { need: 'more' };

/** Whether bytes begin as a TLS record with a handshake does; undefined while too few are there to tell. Pure. */
export function looksLikeTls(bytes: Uint8Array): boolean | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== HANDSHAKE) return false;
  return bytes.length === 1 ? undefined : bytes[1] === 3;
}

/** Reads a ClientHello, in as many records as the client made of it; bytes behind it are left unread. Pure. */
export function parseClientHello(bytes: Uint8Array): Hello {
  const fragments: Uint8Array[] = [];
  let have = 0;
  let want = 4;
  for (let at = 0; have < want; ) {
    const [type, major] = [bytes[at], bytes[at + 1]];
    if (type !== undefined && type !== HANDSHAKE) return { bad: 'no handshake record' };
    if (major !== undefined && major !== 3) return { bad: 'no TLS version' };
    if (bytes.length < at + 5) return NEED_MORE;
    const length = uint16(bytes, at + 3);
    if (length === 0 || length > RECORD_MAX) return { bad: 'record length' };
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    fragments.push(fragment);
    if (fragments.length > RECORDS_MAX) return { bad: 'too many records' };
    have += fragment.length;
    if (want === 4 && have > 0) {
      const head = joined(fragments);
      if (head[0] !== CLIENT_HELLO) return { bad: 'no ClientHello' };
      if (have >= 4) want = 4 + (uint16(head, 1) << 8) + (head[3] ?? 0);
    }
    if (have < want && fragment.length < length) return NEED_MORE;
    at += 5 + length;
  }
  return readBody(joined(fragments).subarray(4, want));
}

function readBody(body: Uint8Array): Hello {
  const reader = new Reader(body);
  // Version and random.
  reader.take(34);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  if (reader.failed) return { bad: 'truncated' };
  if (reader.left === 0) return { host: undefined, ech: false };
  const extensions = new Reader(reader.vector(2));
  if (reader.failed || reader.left > 0) return { bad: 'extensions' };
  return readExtensions(extensions);
}

function readExtensions(extensions: Reader): Hello {
  const seen = new Set<number>();
  let name: Uint8Array | undefined;
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (extensions.failed) return { bad: 'extension length' };
    if (seen.has(type)) return { bad: 'an extension twice' };
    seen.add(type);
    if (type === SERVER_NAME) {
      name = onlyName(content);
      if (name === undefined) return { bad: 'server name' };
    }
  }
  return {
    host: name && Buffer.from(name).toString('latin1'),
    ech: seen.has(ECH) || seen.has(ESNI),
  };
}

/** The one name of a server_name extension; undefined when it holds anything else. */
function onlyName(content: Uint8Array): Uint8Array | undefined {
  const outer = new Reader(content);
  const list = new Reader(outer.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  const whole = !outer.failed && outer.left === 0 && !list.failed && list.left === 0;
  return whole && type === 0 && name.length > 0 ? name : undefined;
}

/** Reads forward; what is not there makes it `failed`, and empty from then on. */
class Reader {
  failed = false;
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Uint8Array {
    if (this.failed || length > this.left) {
      this.failed = true;
      return new Uint8Array();
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(size: 1 | 2): number {
    return this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  vector(size: 1 | 2): Uint8Array {
    return this.take(this.number(size));
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function joined(fragments: readonly Uint8Array[]): Uint8Array {
  return fragments.length === 1 && fragments[0] !== undefined ? fragments[0] : Buffer.concat(fragments);
}
