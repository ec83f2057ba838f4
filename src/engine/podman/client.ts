import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Streams } from '../engine.ts';
import { NEUTRAL_DIRECTORY, type PodmanOptions } from './command.ts';
import { podmanTrouble } from './errors.ts';

/** How a podman that carries streams has ended: its code, or none when a signal ended it. */
export interface ClientEnd {
  readonly code: number | undefined;
  /** The last that it wrote to its standard error. */
  readonly stderr: string;
}

/** A podman that carries a user's streams to and from a box. */
export interface Client {
  /** Resolves when it has ended and everything it wrote was passed on; rejects when it cannot be started. */
  readonly ended: Promise<ClientEnd>;
  /** From now on its standard error is the user's too. What it said before is podman's own. */
  showErrors(): void;
  /** Writes to descriptor 3 and closes it; resolves when all of it is on its way, or nobody is there to read it. */
  handOver(payload: Buffer): Promise<void>;
  /** Lets go of the streams and ends it; the box stays. */
  leave(): void;
}

/** What is special about one client. */
export interface ClientKind {
  /** Open a channel for a payload on descriptor 3. */
  readonly channel?: boolean;
  /** Keep Ctrl-C at the keyboard away from podman, because agentbox passes signals on to the box itself. */
  readonly shielded?: boolean;
}

const TAIL = 8 * 1024;
/** Milliseconds for the last words of a podman that failed. */
const REMAINDER = 200;

/**
 * Starts podman with the user's streams, or with none. The program's own descriptors are handed on as they are, so that
 * nothing is copied and a terminal is a real one. By plain spawn, because loading execa would delay the box's start.
 */
export function startClient(
  options: PodmanOptions,
  args: readonly string[],
  streams: Streams | undefined,
  { channel = false, shielded = false }: ClientKind = {},
): Client {
  const [file, ...before] = options.command;
  // A podman with a terminal must stay in the process group that the terminal's keys go to; the terminal is raw then.
  const detached = shielded && streams?.terminal === undefined;
  const child = spawn(file, [...before, ...args], {
    cwd: NEUTRAL_DIRECTORY,
    env: { ...options.env },
    stdio: [...stdioOf(streams, detached), ...(channel ? ['pipe' as const] : [])],
    detached,
  });
  const errors = tailOf(child.stderr);
  const letGo = streams === undefined ? () => {} : join(child, streams);
  const pipe = child.stdio[3] as Writable | undefined;
  pipe?.on('error', () => {});
  const ended = new Promise<ClientEnd>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? podmanTrouble({ kind: 'missing', command: file }) : error),
    );
    const done = async (code: number | null) => {
      letGo();
      if (streams !== undefined) await Promise.all([flush(streams.stdout), flush(streams.stderr)]);
      resolve({ code: code ?? undefined, stderr: errors() });
    };
    child.once('exit', (code) => {
      // The other ends may be held for longer: the channel's by the box, standard error's by a detached box's monitor. A
      // detached podman is gone before its box gets the payload.
      const started = streams === undefined && code === 0;
      if (!started) pipe?.destroy();
      if (streams === undefined) setTimeout(() => child.stderr?.destroy(), started ? 0 : REMAINDER);
    });
    child.once('close', done);
  });
  ended.catch(letGo);
  return {
    ended,
    showErrors() {
      if (streams !== undefined && child.stderr !== null) copy(child.stderr, streams.stderr);
    },
    handOver: (payload) =>
      new Promise((resolve) => {
        if (pipe === undefined || pipe.destroyed) return resolve();
        pipe.once('close', resolve);
        pipe.end(payload, () => pipe.destroy());
      }),
    leave() {
      letGo();
      child.kill('SIGTERM');
      child.unref();
    },
  };
}

/** The program's own descriptors where the streams are those. Standard error always passes through, to be read. */
function stdioOf(streams: Streams | undefined, detached: boolean): Extract<StdioOptions, readonly unknown[]> {
  if (streams === undefined) return ['ignore', 'ignore', 'pipe'];
  const { stdin, stdout } = streams;
  // Outside the terminal's process group a podman may not read the keyboard; agentbox reads it then.
  const keyboard = detached && (stdin as { isTTY?: boolean }).isTTY === true;
  return [keyboard ? 'pipe' : (descriptorOf(stdin) ?? 'pipe'), descriptorOf(stdout) ?? 'pipe', 'pipe'];
}

function descriptorOf(stream: Readable | Writable): number | undefined {
  const fd = (stream as { fd?: unknown }).fd;
  return fd === 0 || fd === 1 || fd === 2 ? fd : undefined;
}

/** Connects the streams that podman did not get as they are; the answer takes stdin back. */
function join(child: ChildProcess, { stdin, stdout }: Streams): () => void {
  if (child.stdout !== null) copy(child.stdout, stdout);
  const input = child.stdin;
  if (input === null) return () => {};
  // A box that has ended reads no more.
  input.on('error', () => {});
  if (stdin.readableEnded || stdin.destroyed) input.end();
  else stdin.pipe(input);
  return () => {
    stdin.unpipe(input);
    // A stream that is read keeps the process alive.
    stdin.pause();
  };
}

/** Copies at the speed of `out`; what an `out` that nobody reads any more does not take is dropped. */
function copy(source: Readable, out: Writable): void {
  source.pipe(out, { end: false });
  for (const event of ['close', 'error']) out.once(event, () => source.resume());
}

async function flush(out: Writable): Promise<void> {
  if (out.destroyed || out.writableEnded || out.errored) return;
  await new Promise<void>((resolve) => out.write('', () => resolve()));
}

function tailOf(stream: Readable | null): () => string {
  let tail: Buffer = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL);
  });
  return () => tail.toString();
}
