import { Transform } from 'node:stream';

/** Milliseconds that the beginning of the keys is held back: what comes later is not the rest of them. */
const PATIENCE = 400;

const ESCAPE = 0x1b;
/** How terminals write a key with Ctrl for programs that ask for more than bytes: `ESC[112;5u`, `ESC[27;5;112~`. */
const SPELLED = /^\[(?:(\d+)[\d:]*;(\d+)(?::1)?u|27;(\d+);(\d+)~)/;
const CTRL = 4;
const LOCKS = 64 | 128;

/**
 * Passes what is typed on to a box until the keys come that let go of it; then `onDetach` is called once, and nothing more passes.
 * What may be their beginning waits for what comes next, but not for long: each of the keys is the agent's as well.
 */
export function detachScanner(keys: Buffer, onDetach: () => void): Transform {
  /** What of the keys has come, as it came. */
  let held: Buffer[] = [];
  let done = false;
  let timer: NodeJS.Timeout | undefined;
  const released = () => {
    const pieces = held;
    held = [];
    return pieces;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      if (done) return next();
      clearTimeout(timer);
      const passed: Buffer[] = [];
      for (let at = 0; at < chunk.length && !done; ) {
        const { byte, length } = keyAt(chunk, at);
        const typed = Buffer.from(chunk.subarray(at, at + length));
        at += length;
        if (byte !== keys[held.length]) passed.push(...released());
        if (byte === keys[held.length]) held.push(typed);
        else passed.push(typed);
        done = held.length === keys.length;
      }
      if (passed.length > 0) this.push(Buffer.concat(passed));
      if (done) onDetach();
      else if (held.length > 0) timer = setTimeout(() => this.push(Buffer.concat(released())), PATIENCE);
      next();
    },
    flush(next) {
      clearTimeout(timer);
      if (!done) this.push(Buffer.concat(released()));
      next();
    },
  });
}

/** The key at a place of what was typed, as the byte that it is or stands for, and the bytes that it takes. */
function keyAt(chunk: Buffer, at: number): { readonly byte: number | undefined; readonly length: number } {
  const byte = chunk[at];
  if (byte !== ESCAPE) return { byte, length: 1 };
  const [whole, key, modifiers, otherModifiers, otherKey] =
    SPELLED.exec(chunk.toString('latin1', at + 1, at + 32)) ?? [];
  if (whole === undefined) return { byte, length: 1 };
  const isCtrl = ((Number(modifiers ?? otherModifiers) - 1) & ~LOCKS) === CTRL;
  return { byte: isCtrl ? Number(key ?? otherKey) & 0x1f : undefined, length: 1 + whole.length };
}
