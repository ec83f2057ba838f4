import { type Tokens, total } from './tokens.ts';
import { name, time } from './untrusted.ts';

/** One reply of a model, as somebody noted it. */
export interface Reply {
  /** Tells it from all other replies to the agent: what an agent notes twice has the same one. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** As the agent or the API calls it. */
  readonly model: string;
  /** The conversation, as the agent calls it. */
  readonly session: string;
  readonly tokens: Tokens;
}

/** A reply out of what a log says of it; undefined when it does not say when, or no tokens. Pure. */
export function replyOf(said: {
  readonly key: readonly unknown[];
  readonly time: unknown;
  readonly model: unknown;
  readonly session: unknown;
  readonly tokens: Tokens;
}): Reply | undefined {
  const at = time(said.time);
  if (at === undefined || total(said.tokens) === 0) return undefined;
  return {
    key: said.key.map((part) => name(part) ?? '').join(' '),
    time: at,
    model: name(said.model) ?? 'unknown',
    session: name(said.session) ?? 'unknown',
    tokens: said.tokens,
  };
}
