import { watchUnattended } from '../../box/watcher/watchUnattended.ts';
import type { Context } from '../../context.ts';
import { engineOfEndpoint } from '../../engine/detect.ts';
import { UserError } from '../../errors.ts';
import type { Started } from '../hiddenProcess.ts';
import { startedKeeper } from './keeper.ts';
import type { KeeperStart } from './protocol.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
/** Milliseconds for what still holds the process when the keeper has ended. */
const LAST = 3000;

/**
 * The hidden command: reads a KeeperStart from standard input, says on standard output when it listens, or why not, and is
 * the keeper of a client until that has no boxes any more.
 */
export async function keeperCommand(context: Context): Promise<void> {
  const tell = (line: Started) => context.io.out.write(`${JSON.stringify(line)}\n`);
  try {
    const start = await read(context);
    const engine = await engineOfEndpoint(start.engine, context);
    // Whoever was joined to a box may have been killed.
    const look = () => watchUnattended(context, start.client, engine);
    const keeper = await startedKeeper(context, start, engine, { look });
    for (const signal of SIGNALS) process.on(signal, () => void keeper.leave());
    // Before the program's own listener, whose words nobody sees here.
    process.prependListener('uncaughtException', (error) => keeper.lastWords(`died: ${error.stack ?? error.message}`));
    tell({ ready: true });
    await keeper.ended;
  } catch (error) {
    const { trouble, message, why, next } =
      error instanceof UserError
        ? error
        : new UserError('state', 'the keeper has failed', {
            why: String(error),
            next: ['try again', 'agentbox doctor'],
          });
    tell({ ready: false, trouble, message, why, next });
  }
  setTimeout(() => process.exit(), LAST).unref();
}

async function read({ io }: Context): Promise<KeeperStart> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.in) chunks.push(Buffer.from(chunk as Buffer));
  return JSON.parse(Buffer.concat(chunks).toString()) as KeeperStart;
}
