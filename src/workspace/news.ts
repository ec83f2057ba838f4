import { appendFileSync, statSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clientDir, type Paths } from '../config/paths.ts';
import { type Io, say } from '../ui/io.ts';
import { plain } from '../ui/plain.ts';

/** Bytes of what waits to be told; who makes more of it is told of once. */
const LIMIT = 64 * 1024;

const fileOf = (paths: Paths, client: string) => join(clientDir(paths, client), 'news');

/** Keeps words about a client's boxes for the next command, as nobody sees them now. Never throws. */
export function addNews(paths: Paths, client: string, text: string): void {
  const path = fileOf(paths, client);
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < LIMIT) appendFileSync(path, text, { mode: 0o600 });
  } catch {
    // The work itself is not lost, only the words about it.
  }
}

/** Tells what happened while nobody looked, once. */
export async function tellNews({ paths, io }: { paths: Paths; io: Io }, clients: readonly string[]): Promise<void> {
  for (const client of clients) {
    const path = fileOf(paths, client);
    const taken = `${path}.${process.pid}`;
    const there = await rename(path, taken).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    const text = await readFile(taken, 'utf8').catch(() => '');
    await rm(taken, { force: true });
    const lines = text.split(/[\r\n]+/).filter((line) => line !== '');
    for (const line of lines) say(io, plain(line));
  }
}
