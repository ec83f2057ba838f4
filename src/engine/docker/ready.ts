import { READY } from '../../box/payload.ts';

import type { OutputFilter } from './output.ts';

const SIGN = Buffer.from(READY);
const NOTHING = Buffer.alloc(0);

/**
 * Takes the stage's sign out of what a terminal shows, the first one only: what the agent prints later is its own. The
 * beginning of what may be the sign is held back; `onReady` is called once, at the sign.
 */
export function readyFilter(onReady: () => void = () => {}): OutputFilter {
  let held: Buffer = NOTHING;
  let found = false;
  return {
    push(chunk) {
      if (found) return chunk;
      const text = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const at = text.indexOf(SIGN);
      if (at >= 0) {
        found = true;
        held = NOTHING;
        onReady();
        return Buffer.concat([text.subarray(0, at), text.subarray(at + SIGN.length)]);
      }
      held = text.subarray(text.length - beginning(text));
      return text.subarray(0, text.length - held.length);
    },
    rest() {
      const last = held;
      held = NOTHING;
      return last;
    },
  };
}

/** How many bytes at the end of `text` could be the beginning of the sign. */
function beginning(text: Buffer): number {
  for (let length = Math.min(SIGN.length - 1, text.length); length > 0; length -= 1) {
    if (text.subarray(text.length - length).equals(SIGN.subarray(0, length))) return length;
  }
  return 0;
}
