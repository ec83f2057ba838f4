import { agentOf } from '../agents/index.ts';
import { agentStateDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { pricesOf } from './configured.ts';
import { formatCost, formatTokens } from './format.ts';
import { readLog } from './readLog.ts';
import { spent } from './spent.ts';
import { type Sum, sumOf, unpricedModels } from './summary.ts';
import { prompt } from './tokens.ts';

/** What a run took. */
export interface RunUsage extends Sum {
  /** Models of it that have no price. */
  readonly without: readonly string[];
}

/** Of a file that grows with a long conversation only the end is looked at. */
const TAIL = { line: 8 * 1024 ** 2, file: 16 * 1024 ** 2 };

/**
 * What the agent noted in its own log since a time: tokens, and what they cost in US dollars. Undefined when it noted
 * nothing. Reads only files that changed since, and never throws for what is in them.
 */
export async function usageOfRun(
  context: Pick<Context, 'paths' | 'config'>,
  { client, agent, since }: { readonly client: string; readonly agent: string; readonly since: Date },
): Promise<RunUsage | undefined> {
  const { usage } = agentOf(agent);
  if (usage === undefined) return undefined;
  const [{ replies }, prices] = await Promise.all([
    readLog(agentStateDir(context.paths, client, agent), usage, since.getTime(), TAIL),
    pricesOf(context),
  ]);
  if (replies.length === 0) return undefined;
  const all = spent(replies, { client, agent, source: 'log' }, prices);
  return { ...sumOf(all), without: unpricedModels(all).map(({ model }) => model) };
}

/** A run's usage in a line: `12,345 tokens in, 678 out, $0.12`. Pure. */
export function runUsageLine({ tokens, cost, without }: Pick<RunUsage, 'tokens' | 'cost' | 'without'>): string {
  const price = cost === undefined ? [] : [formatCost(cost)];
  const missing = without.length === 0 ? [] : [`no price for ${without.join(', ')}`];
  return [`${formatTokens(prompt(tokens))} tokens in, ${formatTokens(tokens.output)} out`, ...price, ...missing].join(
    ', ',
  );
}
