import { Writable } from 'node:stream';
import type { Context } from '../../context.ts';
import { engineOfEndpoint } from '../../engine/detect.ts';
import { UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { addNews } from '../../workspace/news.ts';
import type { WatcherStart } from './startWatcher.ts';
import { watchBoxes } from './watchBoxes.ts';
import { isNeeded, watcherLock } from './watchUnattended.ts';

/** Milliseconds for what still holds the process when all is done. */
const LAST = 3_000;

/**
 * The hidden command: reads a WatcherStart from standard input and looks after that client's boxes until none runs any more. What it has
 * to say waits for the next command. A second one ends at once.
 */
export async function watchCommand(context: Context): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of context.io.in) chunks.push(Buffer.from(chunk as Buffer));
  const { client, engine: at } = JSON.parse(Buffer.concat(chunks).toString()) as WatcherStart;
  const engine = await engineOfEndpoint(at, context);
  const io = { ...context.io, err: newsOf(context, client), inIsTerminal: false, errIsTerminal: false };
  const lock = await watcherLock(context, client, engine);
  try {
    // A box that came at the last moment saw a watcher, and started none.
    do await withLock(lock, () => watchBoxes({ ...context, io }, client, engine), 0);
    while (await isNeeded(context, client, engine));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  setTimeout(() => process.exit(), LAST).unref();
}

function newsOf(context: Context, client: string): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _encoding, done) {
      addNews(context.paths, client, String(text));
      done();
    },
  });
}
