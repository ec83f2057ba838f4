import { AGENTS } from '../agents/index.ts';
import { agentStateDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { pricesOf } from './configured.ts';
import { readLog } from './readLog.ts';
import { type Spent, spent } from './spent.ts';

/** Everything that is known of what clients used. */
export interface Usage {
  /** Oldest first. */
  readonly replies: readonly Spent[];
  /** Files that were not read, or not all of them. */
  readonly skipped: readonly string[];
}

/** What clients used since a time (milliseconds since 1970). Throws UserError('config'). */
export async function loadUsage(
  context: Pick<Context, 'paths' | 'config'>,
  clients: readonly string[],
  since: number,
): Promise<Usage> {
  const prices = await pricesOf(context);
  const replies: Spent[] = [];
  const skipped: string[] = [];
  for (const client of clients) {
    for (const { name: agent, usage } of AGENTS) {
      if (usage === undefined) continue;
      const log = await readLog(agentStateDir(context.paths, client, agent), usage, since);
      skipped.push(...log.skipped);
      for (const reply of spent(log.replies, { client, agent, source: 'log' }, prices)) replies.push(reply);
    }
  }
  return { replies: replies.sort((a, b) => a.time - b.time), skipped };
}
