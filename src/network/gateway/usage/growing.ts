/** Bytes that are collected in whatever pieces, up to a limit. */
export interface Growing {
  readonly length: number;
  /** False, and all of it is forgotten, when it would become more than the limit. */
  add(bytes: Uint8Array): boolean;
  /** Gives what was collected, for as long as nothing else is added, and begins anew. */
  take(): Buffer;
}

const FIRST = 4 * 1024;

/** Nothing collected yet. */
export function growing(limit: number): Growing {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(bytes) {
      if (length + bytes.length > limit) {
        length = 0;
        buffer = Buffer.alloc(0);
        return false;
      }
      if (length + bytes.length > buffer.length) {
        const more = Buffer.allocUnsafe(Math.max(FIRST, 2 * buffer.length, length + bytes.length));
        buffer.copy(more, 0, 0, length);
        buffer = more;
      }
      buffer.set(bytes, length);
      length += bytes.length;
      return true;
    },
    take() {
      const taken = buffer.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}
