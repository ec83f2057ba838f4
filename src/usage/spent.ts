import { costOf, type Price } from './cost.ts';
import type { Reply } from './reply.ts';

/** A reply, who asked for it, and what it cost. */
export interface Spent extends Reply {
  readonly client: string;
  readonly agent: string;
  /** Who says so: the agent's own log, or the gateway that carried it. */
  readonly source: 'log' | 'gateway';
  /** US dollars; undefined: no price is known. */
  readonly cost: number | undefined;
}

/** Replies with what they cost. Pure. */
export function spent(
  replies: readonly Reply[],
  who: Pick<Spent, 'client' | 'agent' | 'source'>,
  prices: readonly Price[],
): readonly Spent[] {
  return replies.map((reply) => ({ ...reply, ...who, cost: costOf(reply, prices) }));
}
