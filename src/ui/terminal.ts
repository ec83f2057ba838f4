import { spawnSync } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Streams, TerminalControl } from '../engine/engine.ts';
import type { Io } from './io.ts';

/** The control of a real terminal. */
function controlOf(input: ReadStream, output: WriteStream): TerminalControl {
  return {
    raw() {
      input.setRawMode(true);
      // Node's raw mode still turns every \n into \r\n, which a full-screen program in the box has done already.
      spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'], timeout: 2000, env: {} });
      let on = true;
      return () => {
        if (on) input.setRawMode(false);
        on = false;
      };
    },
    size: () => ({ rows: output.rows, columns: output.columns }),
    onResize(callback) {
      output.on('resize', callback);
      return () => output.off('resize', callback);
    },
  };
}

/** True when the user sits at a terminal on both ends, so that the agent gets one too. */
export function hasTerminal(io: Io): boolean {
  return io.inIsTerminal && io.outIsTerminal;
}

/** The program's own streams as a box's; with a pty when `terminal`. */
export function streamsOf(io: Io, terminal: boolean): Streams {
  const control = terminal ? controlOf(io.in as ReadStream, io.out as WriteStream) : undefined;
  return { stdin: io.in, stdout: io.out, stderr: io.err, terminal: control };
}

/** What full-screen programs turn on: another screen, reports of the mouse, of pasting and of keys, no cursor, colours. */
const CALM =
  '\u001b[<u\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?1l\u001b>\u001b[?25h\u001b[0m';
/** Not 1049, which moves the cursor also where there was no other screen. */
const ONE_SCREEN = '\u001b[?1047l';

/** Gives a terminal back as it was, on which a program is left in the middle of what it does. */
export function calm(io: Io): void {
  io.out.write(`${CALM}${ONE_SCREEN}\r\n`);
}
