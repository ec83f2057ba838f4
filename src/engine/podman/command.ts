import type { UserError } from '../../errors.ts';
import type { Execute, Executed } from '../../execute.ts';
import { podmanTrouble } from './errors.ts';

/** How the podman command is started. */
export interface PodmanOptions {
  /** Absolute path of podman, with whatever has to stand before it. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of podman. */
  readonly env: Readonly<Record<string, string>>;
  readonly execute: Execute;
  /** A directory for files that live for seconds; podman must be able to write there. */
  readonly temp: string;
  /** Where answers that cost long are remembered; undefined: nowhere. */
  readonly cacheDir?: string | undefined;
}

/** Time limit, standard input and further variables of one podman command; milliseconds. */
interface CallOptions {
  readonly timeout?: number;
  readonly input?: Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** The podman command, run to its end. */
export interface Podman {
  readonly options: PodmanOptions;
  /** Runs it and tells how it went; throws UserError('engine') when it is missing or takes too long. */
  try(args: readonly string[], options?: CallOptions): Promise<Executed>;
  /** Its standard output; throws a UserError with podman's own words when it fails. */
  run(args: readonly string[], options?: CallOptions): Promise<string>;
  /** Its standard output read as JSON. */
  json<T>(args: readonly string[], options?: CallOptions): Promise<T>;
}

const LIMIT = 60_000;
/** Podman needs a directory that its user may enter, and must find nothing in it. */
export const NEUTRAL_DIRECTORY = '/';

/** Podman 5 puts a warning of cgroups v1 among the words of the box, where it cannot be told from them. */
const UNWARNED = { PODMAN_IGNORE_CGROUPSV1_WARNING: '1' };

/** The podman command of these options. */
export function podmanCommand(given: PodmanOptions): Podman {
  const options = { ...given, env: { ...UNWARNED, ...given.env } };
  const attempt: Podman['try'] = async (args, { timeout = LIMIT, input, env } = {}) => {
    const result = await options.execute([...options.command, ...args], {
      timeout,
      cwd: NEUTRAL_DIRECTORY,
      env: { ...options.env, ...env },
      ...(input === undefined ? {} : { input }),
    });
    if (result.missing) throw podmanTrouble({ kind: 'missing', command: options.command[0] });
    if (result.timedOut)
      throw podmanTrouble({ kind: 'slow', doing: args.find((arg) => !arg.startsWith('-')) ?? '', timeout });
    return result;
  };
  const run: Podman['run'] = async (args, callOptions) => {
    const result = await attempt(args, callOptions);
    if (result.code !== 0) throw failed(result.stderr);
    return result.stdout;
  };
  return {
    options,
    try: attempt,
    run,
    json: async <T>(args: readonly string[], callOptions?: CallOptions) =>
      JSON.parse(await run(args, callOptions)) as T,
  };
}

/** The error for podman's own words on its standard error. */
export function failed(stderr: string): UserError {
  return podmanTrouble({ kind: 'said', stderr });
}
