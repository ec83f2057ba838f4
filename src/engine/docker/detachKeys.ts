import { Transform } from 'node:stream';

/** Milliseconds that the beginning of the keys is held back: what comes later is not the rest of them. */
const PATIENCE = 400;

/**
 * Passes what is typed on to a box until the keys come that let go of it; then `onDetach` is called once, and nothing more passes.
 * What may be their beginning waits for what comes next, but not for long: each of the keys is the agent's as well.
 */
export function detachScanner(keys: Buffer, onDetach: () => void): Transform {
  let matched = 0;
  let done = false;
  let timer: NodeJS.Timeout | undefined;
  const release = (to: Transform) => {
    clearTimeout(timer);
    if (matched > 0 && !done) to.push(Buffer.from(keys.subarray(0, matched)));
    matched = 0;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      if (done) return next();
      clearTimeout(timer);
      const passed: number[] = [];
      for (const byte of chunk) {
        if (done) break;
        if (byte !== keys[matched] && matched > 0) {
          passed.push(...keys.subarray(0, matched));
          matched = 0;
        }
        if (byte !== keys[matched]) {
          passed.push(byte);
          continue;
        }
        matched += 1;
        done = matched === keys.length;
      }
      if (passed.length > 0) this.push(Buffer.from(passed));
      if (done) onDetach();
      else if (matched > 0) timer = setTimeout(() => release(this), PATIENCE);
      next();
    },
    flush(next) {
      release(this);
      next();
    },
  });
}
