import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Streams } from '../engine.ts';
import type { Resize } from './resize.ts';

/** Takes the user's input back; may be called twice. */
export type TakeBack = () => void;

/** Sends what comes from `stdin` to the box, at the box's speed; the box's input ends where `stdin` does. */
export function joinInput(stdin: Readable, input: Socket, options = { end: true }): TakeBack {
  if (!stdin.readableEnded && !stdin.destroyed) stdin.pipe(input, options);
  else if (options.end) input.end();
  return () => {
    stdin.unpipe(input);
    // A stream that is being read keeps the process alive.
    stdin.pause();
  };
}

/**
 * Joins the user's terminal to a box's: raw mode at once, changes of size, and keys after `delay` milliseconds. The
 * answer undoes it all.
 */
export function joinTerminal(streams: Streams, input: Socket, resize: Resize, delay = 0): TakeBack {
  const { terminal, stdin } = streams;
  const restore = terminal?.raw();
  const stopResizing = terminal?.onResize(() => void resize(terminal.size()));
  let leave = () => {};
  const timer = setTimeout(() => {
    leave = joinInput(stdin, input, { end: false });
  }, delay);
  return () => {
    clearTimeout(timer);
    leave();
    stopResizing?.();
    restore?.();
  };
}
