/**
 * What host and box say to each other of published ports, over `exec -i` in the box: frames of a connection's number, a
 * kind, a length, and so many bytes. images/ports/carry is the box's side. The box may send anything.
 */
export interface PortFrame {
  readonly id: number;
  readonly kind: number;
  readonly body: Buffer;
}

/** What a frame is about. */
export const KIND = {
  /** To the box: connect to the port in the body (2 bytes). */
  open: 1,
  data: 2,
  /** No more data from this side. */
  end: 3,
  /** The connection broke, or there is none. */
  cut: 4,
  /** So many bytes (4 bytes) have arrived at their reader, and as many more may be sent. */
  more: 5,
} as const;

/** Longest body, in bytes. */
export const BODY_LIMIT = 64 * 1024;
/** Bytes of one connection and direction that may be under way. */
export const WINDOW = 256 * 1024;

const HEAD = 8;

/** A frame as bytes. Pure. */
export function encodeFrame(id: number, kind: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(kind, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

/** Cuts what comes in into frames, keeping no more than one of them. What is given throws for a body that is too long. */
export function frameCutter(onFrame: (frame: PortFrame) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let have = 0;
  let need = HEAD;
  return (chunk) => {
    parts.push(chunk);
    have += chunk.length;
    while (have >= need) {
      const all = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      const length = all.readUIntBE(5, 3);
      if (length > BODY_LIMIT) throw new Error(`a frame of ${length} bytes`);
      const whole = HEAD + length;
      const isWhole = all.length >= whole;
      if (isWhole) onFrame({ id: all.readUInt32BE(0), kind: all.readUInt8(4), body: all.subarray(HEAD, whole) });
      const rest = isWhole ? all.subarray(whole) : all;
      parts = rest.length === 0 ? [] : [rest];
      have = rest.length;
      need = isWhole ? HEAD : whole;
    }
  };
}
