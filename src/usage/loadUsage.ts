import { AGENTS } from '../agents/index.ts';
import { agentStateDir, clientDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { pricesOf } from './configured.ts';
import { readCarried } from './readCarried.ts';
import { readLog } from './readLog.ts';
import { type Spent, spent } from './spent.ts';
import { withoutTwice } from './withoutTwice.ts';

/** Everything that is known of what clients used. */
export interface Usage {
  /** Oldest first. */
  readonly replies: readonly Spent[];
  /** Files that were not read, or not all of them. */
  readonly skipped: readonly string[];
  /** Replies that the gateway carried and could not read. */
  readonly unread: number;
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
  let unread = 0;
  for (const client of clients) {
    const carried = await readCarried(clientDir(context.paths, client), since);
    const seen = [...carried.replies, ...carried.unread].map(({ agent }) => agent);
    const agents = new Set([...AGENTS.map(({ name }) => name), ...seen]);
    for (const agent of agents) {
      const usage = AGENTS.find(({ name }) => name === agent)?.usage;
      const log = usage && (await readLog(agentStateDir(context.paths, client, agent), usage, since));
      skipped.push(...(log?.skipped ?? []));
      const logged = log?.replies ?? [];
      const own = <T extends { readonly agent: string }>(all: readonly T[]) => all.filter((one) => one.agent === agent);
      unread += withoutTwice(own(carried.unread), logged).length;
      const all = [
        ...spent(logged, { client, agent, source: 'log' }, prices),
        ...spent(withoutTwice(own(carried.replies), logged), { client, agent, source: 'gateway' }, prices),
      ];
      for (const reply of all) replies.push(reply);
    }
  }
  return { replies: replies.sort((a, b) => a.time - b.time), skipped, unread };
}
