import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { within } from './limit.ts';
import type { OutputFilter } from './output.ts';
import { readyFilter } from './ready.ts';

/** Milliseconds for the stage to come up, and for the engine to take a payload. */
const READY_LIMIT = 60_000;
/** Milliseconds for the engine to hang up on who has said all. */
const HANG_UP_LIMIT = 2000;

/** The moment when the stage has made the terminal safe for secrets. */
export interface ReadySign {
  /** For the box's output; sees the sign and takes it out. */
  readonly filter: OutputFilter;
  readonly seen: Promise<void>;
}

/** A sign to wait for, with the filter that finds it. */
export function readySign(): ReadySign {
  let onReady = () => {};
  const seen = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  return { filter: readyFilter(onReady), seen };
}

/** True at the sign; false when the output ended without it. Throws UserError('box') after a minute of neither. */
export async function comesUp(sign: ReadySign, output: Promise<void>): Promise<boolean> {
  const ended = output.then(
    () => false,
    () => false,
  );
  return within(READY_LIMIT, Promise.race([sign.seen.then(() => true), ended]), tooLate);
}

/** Hands over the last that a box is told, and resolves when the engine has all of it. */
export async function handOverAndLeave(input: Socket, payload: Buffer): Promise<void> {
  const hungUp = once(input, 'close');
  const sent = once(input, 'finish');
  // Whoever has stopped waiting need not hear of an error.
  for (const event of [hungUp, sent]) event.catch(() => {});
  input.resume();
  input.end(payload);
  await within(READY_LIMIT, Promise.race([sent, hungUp]), tooLate);
  // The engine hangs up when it has passed on everything. Where it was slow to attach it keeps the connection until the box
  // ends, and has passed on everything all the same.
  await Promise.race([hungUp, setTimeout(HANG_UP_LIMIT, undefined, { ref: false })]);
}

function tooLate(): UserError {
  return new UserError('box', 'the box did not get ready', {
    why: `its entrypoint did not ask for its orders within ${READY_LIMIT / 1000} s`,
    next: ['try again; the machine may be very busy', 'agentbox build --rebuild'],
  });
}
