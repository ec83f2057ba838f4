import type { Reply } from './reply.ts';
import { prompt } from './tokens.ts';

/** US dollars for a million tokens. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  /** Absent, here and below: nobody has said what it costs. */
  readonly cacheWrite?: number;
  readonly cacheWrite1h?: number;
  readonly cacheRead?: number;
}

/** What a model costs, for a time. */
export interface Price {
  /** The name of the model, or a pattern with `*`. */
  readonly model: string;
  readonly rates: Rates;
  /** What the whole of a reply costs when its prompt has more tokens than `above`. */
  readonly long?: { readonly above: number; readonly rates: Rates };
  /** The first day it holds, and the first on which it holds no more (UTC). */
  readonly from?: string;
  readonly until?: string;
}

/**
 * US dollars that a reply costs by the first price that is for its model and time; undefined when there is none, or when it
 * lacks the rate of a kind of tokens that the reply has. Pure.
 */
export function costOf(reply: Pick<Reply, 'model' | 'time' | 'tokens'>, prices: readonly Price[]): number | undefined {
  const price = priceOf(reply, prices);
  if (price === undefined) return undefined;
  const { tokens } = reply;
  const rates = price.long !== undefined && prompt(tokens) > price.long.above ? price.long.rates : price.rates;
  const parts = [
    [tokens.input, rates.input],
    [tokens.output, rates.output],
    [tokens.cacheWrite, rates.cacheWrite],
    [tokens.cacheWrite1h, rates.cacheWrite1h],
    [tokens.cacheRead, rates.cacheRead],
  ] as const;
  let sum = 0;
  for (const [amount, rate] of parts) {
    if (amount > 0 && rate === undefined) return undefined;
    sum += amount * (rate ?? 0);
  }
  return sum / 1_000_000;
}

function priceOf({ model, time }: Pick<Reply, 'model' | 'time'>, prices: readonly Price[]): Price | undefined {
  const names = [model.toLowerCase(), plainModel(model)];
  return prices.find(({ model: pattern, from, until }) => {
    if (from !== undefined && time < Date.parse(from)) return false;
    if (until !== undefined && time >= Date.parse(until)) return false;
    return names.some((name) => matches(pattern.toLowerCase(), name));
  });
}

/** Whether a name is that of a pattern, in which each `*` stands for anything. Pure. */
export function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return first === name;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/**
 * The name under which a model's own maker sells it, of what agents and clouds call it: `us.anthropic.claude-opus-5-v1:0`,
 * `claude-opus-5@20260724` and `claude-opus-5[1m]` are `claude-opus-5`. Pure.
 */
export function plainModel(model: string): string {
  const name = model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z]{2,6}(?:-[a-z]+)?\.)?(?:anthropic|openai|google)\./, '')
    .replace(/\[[^\]]*\]$/, '')
    .replace(/-v\d+:\d+$/, '')
    .replace(/^(claude-.*)-v\d+$/, '$1')
    .replace(/[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest)$/, '')
    .replace(/@(?:default|latest)$/, '');
  return name.startsWith('claude-') ? name.replaceAll('.', '-') : name;
}
