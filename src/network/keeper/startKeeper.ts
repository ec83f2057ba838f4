import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import { type Trouble, UserError } from '../../errors.ts';
import { onJsonLines } from './jsonLines.ts';
import { keeperEnv, secretVariables } from './keeperEnv.ts';
import type { KeeperStart } from './protocol.ts';

/** The hidden command that a keeper is. */
const KEEPER_COMMAND = '__keeper';

/** What a keeper prints when it listens, or when it cannot: one line on its standard output. */
export type Started =
  | { readonly ready: true }
  | {
      readonly ready: false;
      readonly trouble: string;
      readonly message: string;
      readonly why?: string | undefined;
      readonly next: readonly string[];
    };

const LIMIT = 30_000;

/**
 * Starts a keeper as a process of its own session, which outlives this one, and returns when it listens. Throws the
 * UserError that it ended with.
 */
export async function startKeeper(
  { program, env, config }: Pick<Context, 'program' | 'env' | 'config'>,
  start: KeeperStart,
): Promise<void> {
  const kept = keeperEnv(env, secretVariables(await config()));
  const [file, ...args] = program;
  const child = spawn(file, [...args, KEEPER_COMMAND], {
    cwd: '/',
    detached: true,
    env: kept,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(start));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  try {
    const answer = await firstAnswer(child.stdout, ended);
    if (answer.ready) return;
    const { trouble, message, why, next } = answer;
    throw new UserError(trouble as Trouble, message, { ...(why === undefined ? {} : { why }), next });
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  } finally {
    child.stdout.destroy();
    child.unref();
  }
}

function firstAnswer(stdout: Readable, ended: Promise<string>): Promise<Started> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`it was not ready within ${LIMIT / 1000} s`), LIMIT);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new UserError('state', 'the keeper of the gateway does not start', { why, next: ['try again'] }));
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
