import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../errors.ts';
import { openInside } from '../state/openInside.ts';
import { findFiles } from './findFiles.ts';
import { BOUNDS, type Bounds, markedLines } from './markedLines.ts';
import type { Reply } from './reply.ts';
import { openPages } from './sqlite/pages.ts';
import { rowsOf } from './sqlite/table.ts';
import { parsed } from './untrusted.ts';
import type { LineLog, TableLog, UsageLog } from './usageLog.ts';

/** Replies of one agent; more than that nobody gets, but a box can write it. */
const MOST = 500_000;

/** What the log of an agent says. */
export interface LogRead {
  readonly replies: readonly Reply[];
  /** Files that were not read, or not all of them. */
  readonly skipped: readonly string[];
}

/**
 * Reads an agent's log in a state directory: replies since a time (milliseconds since 1970), each once. Files that did not
 * change since are not opened. No link is followed, and what is no log is passed over.
 */
export async function readLog(
  stateDir: string,
  log: UsageLog,
  since: number,
  bounds: Bounds = BOUNDS,
): Promise<LogRead> {
  const root = await realpath(stateDir).catch(() => undefined);
  if (root === undefined) return { replies: [], skipped: [] };
  const { replies, skipped } =
    'folders' in log ? await readLines(root, log, since, bounds) : await readTable(root, log, since);
  const last = new Map<string, Reply>();
  // Of a reply that is noted while it comes, the last line has all of it.
  for (const reply of replies) last.set(reply.key, reply);
  return { replies: [...last.values()].filter((reply) => reply.time >= since), skipped };
}

async function readLines(root: string, log: LineLog, since: number, bounds: Bounds): Promise<LogRead> {
  const found = await Promise.all(log.folders.map((folder) => findFiles(join(root, folder), log.suffix, since)));
  const replies: Reply[] = [];
  const skipped: string[] = [];
  for (const file of found.flat()) {
    const handle = await opened(root, file);
    if (handle === 'refused') skipped.push(file);
    if (handle === 'refused' || handle === undefined) continue;
    try {
      const reader = log.reader(basename(file));
      const isFull = () => replies.length + reader.replies().length >= MOST;
      const take = (line: string) => {
        reader.take(parsed(line));
        return !isFull();
      };
      if (!markedLines(handle.fd, log.marks, take, bounds)) skipped.push(file);
      for (const reply of reader.replies()) replies.push(reply);
    } finally {
      await handle.close();
    }
  }
  return { replies, skipped };
}

async function readTable(root: string, log: TableLog, since: number): Promise<LogRead> {
  const file = join(root, log.database);
  const [database, ahead] = await Promise.all([opened(root, file), opened(root, `${file}-wal`)]);
  try {
    if (database === undefined) return { replies: [], skipped: [] };
    if (database === 'refused' || ahead === 'refused') return { replies: [], skipped: [file] };
    const changed = await Promise.all([database, ahead].map(async (one) => (await one?.stat())?.mtimeMs ?? 0));
    if (Math.max(...changed) < since) return { replies: [], skipped: [] };
    const pages = openPages(database.fd, ahead?.fd);
    if (pages === undefined) return { replies: [], skipped: [file] };
    const replies: Reply[] = [];
    for (const row of rowsOf(pages, log.table)) {
      const reply = log.reply(row);
      if (reply !== undefined) replies.push(reply);
      if (replies.length >= MOST) return { replies, skipped: [file] };
    }
    return { replies, skipped: [] };
  } finally {
    for (const one of [database, ahead]) if (one !== 'refused') await one?.close();
  }
}

async function opened(root: string, file: string): Promise<Awaited<ReturnType<typeof openInside>> | 'refused'> {
  try {
    return await openInside(root, file, false);
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}
