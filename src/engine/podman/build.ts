import { UserError } from '../../errors.ts';
import type { Build } from '../engine.ts';
import { pullTrouble } from '../pullTrouble.ts';
import { buildOutput } from './buildOutput.ts';
import { NEUTRAL_DIRECTORY, type Podman } from './command.ts';
import { podmanTrouble } from './errors.ts';

const LAST_LINES = 20;

/** Builds an image with `podman build`, the context on its standard input. Throws UserError('image'). */
export async function build(podman: Podman, request: Build): Promise<void> {
  // The values of arguments (a proxy's password may be one) travel in the environment: argv is for everybody to read.
  const args = [
    ...['build', '--pull=never', '--layers', '--format=docker', '--http-proxy=false', `--tag=${request.tag}`],
    ...(request.noCache ? ['--no-cache'] : []),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...Object.keys(request.args).map((name) => `--build-arg=${name}`),
    ...Object.entries(request.labels).map(([name, value]) => `--label=${name}=${value}`),
    '-',
  ];
  const output = buildOutput(request.onProgress);
  const end = await streamLines(podman, args, output.line, { input: request.context, env: request.args });
  output.end(end.code === 0);
  if (end.code === 0) return;
  throw new UserError('image', `podman could not build ${request.tag}`, { why: output.tail(LAST_LINES) });
}

/** Pulls an image; each line of podman's progress goes to `onProgress`. */
export async function pull(podman: Podman, ref: string, onProgress: (text: string) => void): Promise<void> {
  const { code, tail } = await streamLines(podman, ['pull', ref], onProgress);
  if (code !== 0) throw pullTrouble('podman', ref, podmanTrouble({ kind: 'said', stderr: tail }).why ?? tail);
}

interface LineOptions {
  readonly input?: Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs podman for as long as it takes and gives every line of both its outputs as it comes. */
async function streamLines(
  podman: Podman,
  args: readonly string[],
  onLine: (line: string) => void,
  { input, env }: LineOptions = {},
): Promise<{ code: number; tail: string }> {
  const { execa } = await import('execa');
  const [file, ...before] = podman.options.command;
  const lines: string[] = [];
  const child = execa(file, [...before, ...args], {
    cwd: NEUTRAL_DIRECTORY,
    env: { ...podman.options.env, ...env },
    extendEnv: false,
    reject: false,
    all: true,
    buffer: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  for await (const line of child.iterable({ from: 'all' })) {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    onLine(line);
  }
  const { exitCode, code } = await child;
  if (code === 'ENOENT') throw podmanTrouble({ kind: 'missing', command: file });
  return { code: exitCode ?? 1, tail: lines.join('\n') };
}
