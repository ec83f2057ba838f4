import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { detachBytes } from '../../plan/detachKeys.ts';
import type { Streams } from '../engine.ts';
import { detachScanner } from './detachKeys.ts';
import type { Resize } from './resize.ts';

/** Takes the user's input back; may be called twice. */
export type TakeBack = () => void;

/** Sends what comes from `stdin` to the box, at the box's speed; the box's input ends where `stdin` does. */
export function joinInput(stdin: Readable, input: Writable, options = { end: true }): TakeBack {
  if (!stdin.readableEnded && !stdin.destroyed) stdin.pipe(input, options);
  else if (options.end) input.end();
  return () => {
    stdin.unpipe(input);
    // A stream that is being read keeps the process alive.
    stdin.pause();
  };
}

/** How a terminal is joined: keys pass after `delay` milliseconds, and those of `keys` call `onDetach` instead. */
export interface Joining {
  readonly delay?: number;
  readonly keys?: string | undefined;
  readonly onDetach?: () => void;
}

/** Joins the user's terminal to a box's: raw mode at once, changes of size, and keys. The answer undoes it all. */
export function joinTerminal(
  streams: Streams,
  input: Socket,
  resize: Resize,
  { delay = 0, keys, onDetach = () => {} }: Joining = {},
): TakeBack {
  const { terminal, stdin } = streams;
  const restore = terminal?.raw();
  const stopResizing = terminal?.onResize(() => void resize(terminal.size()));
  let leave = () => {};
  const timer = setTimeout(() => {
    if (keys === undefined) {
      leave = joinInput(stdin, input, { end: false });
      return;
    }
    const scanner = detachScanner(detachBytes(keys), onDetach);
    scanner.pipe(input, { end: false });
    leave = joinInput(stdin, scanner, { end: false });
  }, delay);
  return () => {
    clearTimeout(timer);
    leave();
    stopResizing?.();
    restore?.();
  };
}
