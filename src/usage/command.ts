import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { clientsWithState } from '../state/clientState.ts';
import { print, printJson, say } from '../ui/io.ts';
import { plain } from '../ui/plain.ts';
import { formatTokens } from './format.ts';
import { loadUsage, type Usage } from './loadUsage.ts';
import { PRICES_OF } from './prices.ts';
import { minuteOf, parseSince } from './since.ts';
import { type By, type Group, groupsOf, type Sum, sumOf, unpricedModels } from './summary.ts';
import { usageTable } from './usageTable.ts';

/** The flags of `agentbox usage`. */
export interface UsageOptions {
  readonly client?: string;
  readonly since?: string;
  readonly by: By;
  readonly json?: boolean;
}

/** Prints what clients used: tokens, and what they cost. Throws UsageError for a time that is none, UserError for an unknown client. */
export async function usage(context: Context, options: UsageOptions): Promise<void> {
  const since = options.since === undefined ? undefined : parseSince(options.since, context.now());
  const clients = await clientsOf(context, options.client);
  const used = await loadUsage(context, clients, since ?? 0);
  const groups = groupsOf(used.replies, options.by);
  const sum = sumOf(used.replies);
  if (options.json) return printJson(context.io, shape(used, groups, sum, since, options.by));
  if (used.replies.length === 0) {
    const whose = options.client === undefined ? 'a client' : `client ${options.client}`;
    const when = since === undefined ? 'so far' : `since ${minuteOf(since)}`;
    say(context.io, `nothing is known of any model that ${whose} used ${when}`);
  } else {
    print(context.io, usageTable(groups, sum, options.by, context.io.columns || 80));
    for (const note of notesOf(used)) say(context.io, note);
  }
  if (used.unread > 0) say(context.io, `the gateway could not read ${used.unread} of the replies that it carried`);
  for (const file of used.skipped) say(context.io, `not read, or not all of it: ${plain(file)}`);
}

async function clientsOf(context: Context, named: string | undefined): Promise<readonly string[]> {
  const config = await context.config();
  const known = [...new Set([DEFAULT_CLIENT, ...config.clients.keys(), ...(await clientsWithState(context.paths))])];
  if (named === undefined) return known.sort();
  if (known.includes(named)) return [named];
  throw new UserError('config', `there is no client ${plain(named)}`, { next: ['agentbox client ls'] });
}

/** Models that are named for want of a price. */
const NAMED = 5;

function notesOf({ replies }: Usage): readonly string[] {
  const missing = unpricedModels(replies);
  const sources = sourcesOf(replies);
  const from = (source: Source['source']) =>
    sources.filter((one) => one.source === source).map((one) => `${one.agent} ${formatTokens(one.replies)}`);
  return [
    ...missing.slice(0, NAMED).map(({ model, tokens }) => `no price for ${model}: ${formatTokens(tokens)} tokens`),
    ...(missing.length > NAMED ? [`and ${missing.length - NAMED} more models without a price`] : []),
    ...(missing.length > 0 ? ['prices: in config.yaml gives a model its price'] : []),
    `US dollars, list prices of ${PRICES_OF}; a subscription bills otherwise`,
    ...words('replies noted by agents', from('log')),
    ...words('replies carried by the gateway', from('gateway')),
  ];
}

const words = (what: string, agents: readonly string[]) =>
  agents.length === 0 ? [] : [`${what}: ${agents.join(', ')}`];

interface Source {
  readonly agent: string;
  readonly source: 'log' | 'gateway';
  readonly replies: number;
}

function sourcesOf(replies: Usage['replies']): readonly Source[] {
  const sources = new Map<string, Source>();
  for (const { agent, source } of replies) {
    const key = `${agent} ${source}`;
    sources.set(key, { agent, source, replies: (sources.get(key)?.replies ?? 0) + 1 });
  }
  return [...sources.values()];
}

function shape(
  { replies, skipped, unread }: Usage,
  groups: readonly Group[],
  sum: Sum,
  since: number | undefined,
  by: By,
): object {
  return {
    since: since === undefined ? null : new Date(since).toISOString(),
    by,
    currency: 'USD',
    pricesOf: PRICES_OF,
    rows: groups.map(({ client, agent, day, model, session, ...rest }) => ({
      ...{ client, agent, day, model, session },
      ...sumShape(rest),
    })),
    total: sumShape(sum),
    unpriced: unpricedModels(replies),
    sources: sourcesOf(replies),
    skipped,
    unread,
  };
}

function sumShape({ replies, tokens, cost, unpriced, first, last }: Sum): object {
  const none = replies === 0;
  return {
    ...{ replies, tokens, cost: cost ?? null, unpricedTokens: unpriced },
    first: none ? null : new Date(first).toISOString(),
    last: none ? null : new Date(last).toISOString(),
  };
}
