import { UserError } from './errors.ts';

/** How a program of the host is run. */
export interface ExecuteOptions {
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

/** Runs argv and gives its standard output; throws UserError of `trouble` with the program's own last words otherwise. */
export async function output(run: Execute, argv: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code === 0) return result.stdout;
  const why = result.timedOut
    ? 'it took too long'
    : result.stderr.trim().split('\n').at(-1) || `exit code ${result.code}`;
  throw new UserError('state', `${argv[0]} failed`, { why });
}
