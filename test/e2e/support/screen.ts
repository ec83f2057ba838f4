import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** A terminal with a program on it, as a person sees it. */
export interface Screen {
  readonly terminal: xterm.Terminal;
  /** The lines that were written, those that have left the screen included, without blanks at their ends. */
  lines(): readonly string[];
  /** Lines that were longer than the screen is wide. */
  broken(): readonly string[];
  type(keys: string): void;
  /** Resolves when the lines match; throws what they are after `limit` milliseconds. */
  until(pattern: RegExp, limit?: number): Promise<void>;
  /** Resolves with the exit code when all output is on the screen; kills the program and throws after `limit` milliseconds. */
  end(limit?: number): Promise<number>;
}

/** What a screen is to be like. */
export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is shown in the place of something written. */
  readonly replace?: (text: string) => string;
}

/** Starts argv on a pty and shows what it writes. */
export function openScreen(argv: readonly string[], options: ScreenOptions): Screen {
  const { columns: cols, rows, cwd, env, replace = (text) => text } = options;
  const terminal = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true });
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cols, rows, cwd, name: 'xterm-256color', env });
  let code: number | undefined;
  child.onData((data) => terminal.write(replace(data)));
  child.onExit(({ exitCode }) => {
    code = exitCode;
  });
  // Programs ask the terminal where the cursor is, and what it can do.
  terminal.onData((answer) => child.write(answer));
  const lines = () => linesOf(terminal);
  const waitFor = async (done: () => boolean, limit: number, what: string) => {
    const until = Date.now() + limit;
    while (!done()) {
      if (Date.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`${what} did not come within ${limit} ms; the screen shows:\n${lines().join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  return {
    terminal,
    lines,
    broken: () => lines().filter((_, row) => terminal.buffer.active.getLine(row + 1)?.isWrapped === true),
    type: (keys) => child.write(keys),
    until: (pattern, limit = 60_000) => waitFor(() => pattern.test(lines().join('\n')), limit, `${pattern}`),
    async end(limit = 60_000) {
      await waitFor(() => code !== undefined, limit, 'the end');
      await new Promise<void>((resolve) => terminal.write('', resolve));
      return code ?? -1;
    },
  };
}

function linesOf({ buffer }: xterm.Terminal): readonly string[] {
  const { active } = buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
