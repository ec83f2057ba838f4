import { type ChildProcess, spawn } from 'node:child_process';
import { readLines, sendLine } from './lines.ts';

/** Milliseconds before a proxy that died is started again; twice as long each time, unless it had run for a while. */
const PAUSES = { first: 50, longest: 5_000, forgotten: 10_000 };
/** Milliseconds that a proxy has to end by itself. */
const GRACE = 2_000;

/** The proxy as the holder's child. */
export interface ChildOptions {
  readonly argv: readonly [string, ...string[]];
  readonly onLine: (line: string) => void;
  /** It was started, or has died; called before the first line of it. */
  readonly onChange: (up: boolean, why: string | undefined) => void;
}

/** A proxy that is started again whenever it dies, until it is stopped. */
export interface Child {
  /** Gives it a line; without effect while it is down. */
  send(message: object | string): void;
  stop(): Promise<void>;
}

/** Starts the proxy and keeps it running. */
export function keepRunning({ argv: [file, ...args], onLine, onChange }: ChildOptions): Child {
  let process: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = PAUSES.first;
  let stopping: (() => void) | undefined;

  const start = () => {
    const started = performance.now();
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    process = child;
    child.stdin.on('error', () => {});
    // One that writes what is no line of the protocol, or never ends one, is of no more use.
    readLines(child.stdout, onLine).catch(() => child.kill('SIGKILL'));
    const ended = (why: string) => {
      if (process !== child) return;
      process = undefined;
      if (stopping !== undefined) return stopping();
      onChange(false, why);
      if (performance.now() - started > PAUSES.forgotten) pause = PAUSES.first;
      timer = setTimeout(start, pause);
      pause = Math.min(pause * 2, PAUSES.longest);
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal === null ? `it ended with ${code}` : `it was ended by ${signal}`));
    onChange(true, undefined);
  };

  start();
  return {
    send(message) {
      const input = process?.stdin;
      // It hangs: it has not read for longer than any state takes.
      if (input && !sendLine(input, message) && input.writable) process?.kill('SIGKILL');
    },
    async stop() {
      clearTimeout(timer);
      const child = process;
      if (child === undefined) return;
      await new Promise<void>((resolve) => {
        stopping = resolve;
        child.kill('SIGTERM');
        timer = setTimeout(() => child.kill('SIGKILL'), GRACE);
      });
      clearTimeout(timer);
    },
  };
}
