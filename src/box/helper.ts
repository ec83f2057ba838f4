import { PassThrough, Readable, type Writable } from 'node:stream';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { BoxSpec } from '../plan/spec.ts';
import { approver } from './approve.ts';
import { encodePayload, type Frame } from './payload.ts';

/** How a short-lived box of agentbox's own ended. */
export interface HelperResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a helper reads and where its output goes, bytes as they are; nothing, and `stdout` of the result, when absent. */
export interface HelperStreams {
  readonly input?: Readable;
  readonly output?: Writable;
}

/**
 * Runs a box to its end without a terminal, collects what it prints and removes it. `timeout` in milliseconds; a box
 * that takes longer is removed and UserError('box') thrown.
 */
export async function runHelper(
  engine: Engine,
  spec: BoxSpec,
  frames: readonly Frame[],
  timeout: number,
  { input = Readable.from([]), output }: HelperStreams = {},
): Promise<HelperResult> {
  const stdout = collect();
  const stderr = collect();
  const streams = { stdin: input, stdout: output ?? stdout.stream, stderr: stderr.stream, terminal: undefined };
  const payload = encodePayload(frames);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(spec.argv, timeout)), timeout);
  });
  const image = await engine.image(spec.image);
  const approve = approver(engine, spec, image?.env ?? {});
  const running = engine.launch({ spec, payload, approve, streams }).then((box) => box.exit);
  running.catch(() => {});
  try {
    const code = await Promise.race([running, late]);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    clearTimeout(timer);
    await engine.remove(spec.name);
  }
}

function tooLate(argv: readonly string[], timeout: number): UserError {
  return new UserError('box', `a helper box took longer than ${timeout / 1000} s`, {
    why: `it ran ${argv.join(' ')}`,
    next: ['try again', 'agentbox doctor'],
  });
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
