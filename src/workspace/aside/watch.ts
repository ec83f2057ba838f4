import { type FSWatcher, watch } from 'node:fs';

/** A look that is repeated while a box runs. */
export interface Watching {
  /** A change directly in it brings the next look forward. */
  readonly folder: string;
  /** Never throws. */
  readonly look: () => Promise<void>;
}

/** Milliseconds between two looks, at least and at most. */
const OFTEN = 1_000;
const SELDOM = 30_000;
/** A look takes at most a twentieth of the time, a quarter while something changes. */
const SHARE = 20;
const BUSY_SHARE = 4;
const SOON = 50;

/** Looks again and again, less often the longer a look takes. The answer ends it, once the look of this moment is done. */
export function watchFolder({ folder, look }: Watching): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let cost = 0;
  let due = Number.POSITIVE_INFINITY;
  const after = (milliseconds: number) => {
    const then = performance.now() + milliseconds;
    // Never put off: who changes something all the time would not be looked at.
    if (then >= due) return;
    due = then;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      due = Number.POSITIVE_INFINITY;
      current = round();
    }, milliseconds);
  };
  const round = async () => {
    const began = performance.now();
    await look();
    cost = performance.now() - began;
    if (!ended) after(Math.min(SELDOM, Math.max(OFTEN, cost * SHARE)));
  };
  const watcher = notified(folder, () => {
    // What changes during a look is for the next one.
    if (timer !== undefined && !ended) after(Math.max(SOON, cost * BUSY_SHARE));
  });
  after(OFTEN);
  return async () => {
    ended = true;
    clearTimeout(timer);
    watcher?.close();
    await current;
  };
}

/** Some file systems tell of nothing, and some systems have no watch left to give; the looks go on without. */
function notified(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
