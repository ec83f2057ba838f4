/** How a program of the host is run. */
interface ExecuteOptions {
  /** Hard limit in milliseconds; 30 s when not given. */
  readonly timeout?: number;
  readonly input?: string | Buffer;
  readonly cwd?: string;
  /** The whole environment; the caller's when not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The end of a program; `missing` when there is no such program. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly missing: boolean;
}

/** Runs argv to its end and tells how it went; never throws for an exit code. */
export type Execute = (argv: readonly string[], options?: ExecuteOptions) => Promise<Executed>;

/** The real one, by execa: no shell, nothing looked up in the current directory. */
export const execute: Execute = async (argv, options = {}) => {
  const { execa } = await import('execa');
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('execute: empty argv');
  const result = await execa(file, args, {
    reject: false,
    timeout: options.timeout ?? 30_000,
    killSignal: 'SIGKILL',
    stripFinalNewline: true,
    maxBuffer: 16 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
  });
  const missing = result.code === 'ENOENT';
  return {
    code: result.exitCode ?? (missing ? 127 : 1),
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    missing,
  };
};

/** The same, but a program that was run already with the same arguments and input is not run again. */
export function remembering(run: Execute): Execute {
  const done = new Map<string, Promise<Executed>>();
  return (argv, options = {}) => {
    const key = JSON.stringify([argv, options]);
    const before = done.get(key);
    if (before !== undefined) return before;
    const now = run(argv, options);
    done.set(key, now);
    return now;
  };
}
