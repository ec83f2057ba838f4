import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { type Trouble, UserError } from '../errors.ts';
import { onJsonLines } from './keeper/jsonLines.ts';
import { keeperEnv, secretVariables } from './keeper/keeperEnv.ts';

/** What a process of agentbox's own prints when it serves, or when it cannot: one line on its standard output. */
export type Started =
  | { readonly ready: true }
  | {
      readonly ready: false;
      readonly trouble: string;
      readonly message: string;
      readonly why?: string | undefined;
      readonly next: readonly string[];
    };

/** A process that serves. */
export type HiddenProcess = ChildProcessByStdio<Writable, Readable, null>;

/** Which one to start. */
interface Wanted {
  /** The hidden command that it is. */
  readonly command: string;
  /** For people: `the keeper of the gateway`. */
  readonly name: string;
  /** The first line of its standard input. */
  readonly start: object;
  /** More lines come later; else the input ends there. */
  readonly more: boolean;
}

const LIMIT = 30_000;

/**
 * Starts a process of its own session, which outlives this one, without the secrets of the environment, and gives it when it
 * serves. Throws the UserError that it ended with.
 */
export async function startHidden(
  { program, env, config }: Pick<Context, 'program' | 'env' | 'config'>,
  { command, name, start, more }: Wanted,
): Promise<HiddenProcess> {
  const kept = keeperEnv(env, secretVariables(await config()));
  const [file, ...args] = program;
  const child = spawn(file, [...args, command], {
    cwd: '/',
    detached: true,
    env: kept,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(start)}\n`);
  if (!more) child.stdin.end();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  try {
    const answer = await firstAnswer(name, child.stdout, ended);
    if (answer.ready) return child;
    const { trouble, message, why, next } = answer;
    throw new UserError(trouble as Trouble, message, { ...(why === undefined ? {} : { why }), next });
  } catch (error) {
    child.stdin.destroy();
    child.kill('SIGTERM');
    throw error;
  } finally {
    child.stdout.destroy();
    child.unref();
  }
}

function firstAnswer(name: string, stdout: Readable, ended: Promise<string>): Promise<Started> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`it was not ready within ${LIMIT / 1000} s`), LIMIT);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new UserError('state', `${name} does not start`, { why, next: ['try again'] }));
    };
    onJsonLines(stdout, (value) => {
      clearTimeout(timer);
      resolve(value as Started);
    });
    stdout.once('error', (error) => fail(error.message));
    // What it said last is read before its end counts.
    stdout.once('end', () => void ended.then(fail));
    ended.then((why) => setTimeout(() => fail(why), 500).unref());
  });
}
