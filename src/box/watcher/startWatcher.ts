import { spawn } from 'node:child_process';
import type { Context } from '../../context.ts';
import { keeperEnv, secretVariables } from '../../network/keeper/keeperEnv.ts';
import type { KeeperStart } from '../../network/keeper/protocol.ts';

/** The hidden command that a watcher is. */
const WATCHER_COMMAND = '__watch';

/** Whose boxes a watcher looks after, as JSON on its standard input; it holds no secret. */
export type WatcherStart = Pick<KeeperStart, 'client' | 'engine'>;

/** Starts a watcher as a process of its own session, which outlives this one. One that is not needed ends by itself. */
export async function startWatcher(
  { program, env, config }: Pick<Context, 'program' | 'env' | 'config'>,
  start: WatcherStart,
): Promise<void> {
  const [file, ...args] = program;
  const child = spawn(file, [...args, WATCHER_COMMAND], {
    cwd: '/',
    detached: true,
    env: keeperEnv(env, secretVariables(await config())),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  await new Promise<void>((resolve) => child.stdin.end(JSON.stringify(start), () => resolve()));
  child.unref();
}
