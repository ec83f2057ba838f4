import { spawn } from '@lydell/node-pty';

/** A real pty with a program on it. */
export interface Terminal {
  /** Everything printed so far. */
  text(): string;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves when the output matches; throws with the output after `limit` milliseconds. */
  until(pattern: RegExp, limit?: number): Promise<void>;
  /** The exit code; kills the program and throws after `limit` milliseconds. */
  end(limit?: number): Promise<number>;
  kill(signal: NodeJS.Signals): void;
  readonly pid: number;
}

const POLL = 50;

/** Starts argv on a pty of 100 columns and 30 rows, with `env` or this process's own environment. */
export function openTerminal(argv: readonly string[], cwd: string, env = process.env): Terminal {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cols: 100, rows: 30, cwd, name: 'xterm-256color', env });
  let output = '';
  let code: number | undefined;
  child.onData((data) => {
    output += data;
  });
  child.onExit((exit) => {
    code = exit.exitCode;
  });
  const waitFor = async (done: () => boolean, limit: number, what: string) => {
    const until = Date.now() + limit;
    while (!done()) {
      if (Date.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`${what} did not come within ${limit} ms; the terminal shows:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  };
  return {
    pid: child.pid,
    text: () => output,
    type: (keys) => child.write(keys),
    resize: (columns, rows) => child.resize(columns, rows),
    until: (pattern, limit = 30_000) => waitFor(() => pattern.test(output), limit, `${pattern}`),
    async end(limit = 30_000) {
      await waitFor(() => code !== undefined, limit, 'the end');
      return code ?? -1;
    },
    kill: (signal) => child.kill(signal),
  };
}
