import { dayOf } from './since.ts';
import type { Spent } from './spent.ts';
import { NO_TOKENS, plus, type Tokens, total } from './tokens.ts';

/** What usage can be summed up by. */
export const BY = ['day', 'session', 'model', 'client'] as const;
export type By = (typeof BY)[number];

/** Several replies together. */
export interface Sum {
  readonly replies: number;
  readonly tokens: Tokens;
  /** US dollars of those replies that have a price; undefined when none of them has. */
  readonly cost: number | undefined;
  /** Tokens of replies that have no price. */
  readonly unpriced: number;
  /** The first and the last of them; milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** What several replies have in common, and their sum. */
export interface Group extends Sum {
  readonly client: string | undefined;
  readonly agent: string | undefined;
  readonly day: string | undefined;
  readonly model: string | undefined;
  readonly session: string | undefined;
}

/** Adds replies up. Pure. */
export function sumOf(replies: readonly Spent[]): Sum {
  let tokens = NO_TOKENS;
  let cost: number | undefined;
  let unpriced = 0;
  for (const reply of replies) {
    tokens = plus(tokens, reply.tokens);
    if (reply.cost === undefined) unpriced += total(reply.tokens);
    else cost = (cost ?? 0) + reply.cost;
  }
  const times = replies.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { replies: replies.length, tokens, cost, unpriced, first, last };
}

/** Replies in groups: days and sessions in their order, models and clients with what cost most first. Pure. */
export function groupsOf(replies: readonly Spent[], by: By): readonly Group[] {
  const groups = new Map<string, Spent[]>();
  for (const reply of replies) {
    const key = keyOf(reply, by);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reply]);
    else group.push(reply);
  }
  const all = [...groups.values()].flatMap((members) => {
    const [one] = members;
    return one === undefined ? [] : [groupOf(one, members, by)];
  });
  return by === 'day' || by === 'session'
    ? all.sort((a, b) => a.last - b.last)
    : all.sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0) || total(b.tokens) - total(a.tokens));
}

function keyOf({ time, session, client, agent, model }: Spent, by: By): string {
  if (by === 'day') return dayOf(time);
  if (by === 'session') return [client, agent, session].join(' ');
  return by === 'model' ? model : client;
}

function groupOf(one: Spent, members: readonly Spent[], by: By): Group {
  const isSession = by === 'session';
  return {
    client: isSession || by === 'client' ? one.client : undefined,
    agent: isSession ? one.agent : undefined,
    day: by === 'day' ? dayOf(one.time) : undefined,
    model: by === 'model' ? one.model : undefined,
    session: isSession ? one.session : undefined,
    ...sumOf(members),
  };
}

/** The models that have no price, with how many tokens they took, most first. Pure. */
export function unpricedModels(
  replies: readonly Spent[],
): readonly { readonly model: string; readonly tokens: number }[] {
  const tokens = new Map<string, number>();
  for (const reply of replies) {
    if (reply.cost === undefined) tokens.set(reply.model, (tokens.get(reply.model) ?? 0) + total(reply.tokens));
  }
  return [...tokens].map(([model, sum]) => ({ model, tokens: sum })).sort((a, b) => b.tokens - a.tokens);
}
