import type { RunningBox } from '../engine.ts';
import { lost } from './errors.ts';
import { within } from './limit.ts';

/** Milliseconds between the end of a box's output and the engine's word on how it ended. */
const ENDING_LIMIT = 30_000;

/** A box that this process is joined to. */
export interface Joined {
  readonly id: string;
  /** Resolves when all output was written; rejects when the connection breaks. */
  readonly output: Promise<void>;
  readonly code: Promise<number>;
  /** Closes the connections and gives the user's terminal and input back; may be called twice. */
  readonly letGo: () => void;
  /** See RunningBox. */
  readonly left?: Promise<void>;
}

/** The moment when somebody lets go of a box by keys. */
export function leaving(): { readonly left: Promise<void>; readonly onDetach: () => void } {
  let onDetach = () => {};
  const left = new Promise<void>((resolve) => {
    onDetach = resolve;
  });
  return { left, onDetach: () => onDetach() };
}

/**
 * Follows a box to its end. `exit` resolves with all output written, rejects when the engine is lost, and stays open for
 * ever after `detach`.
 */
export function follow(joined: Joined): RunningBox {
  let detached = false;
  const exit = new Promise<number>((resolve, reject) => {
    ended(joined)
      .finally(joined.letGo)
      .then(resolve, (error) => {
        if (!detached) reject(error);
      });
  });
  // Nobody may be waiting yet when the engine goes away.
  exit.catch(() => {});
  return {
    id: joined.id,
    exit,
    ...(joined.left === undefined ? {} : { left: joined.left }),
    detach() {
      detached = true;
      joined.letGo();
    },
  };
}

async function ended({ id, code, output }: Joined): Promise<number> {
  try {
    const ending = output.then(() => within(ENDING_LIMIT, code, noWord));
    const result = await Promise.race([code, ending]);
    await output;
    return result;
  } catch (error) {
    throw lost(error, id.slice(0, 12));
  }
}

const noWord = () => new Error('the engine does not say how the box ended');
