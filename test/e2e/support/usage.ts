import type { Lab } from './lab.ts';

/** Tokens as `agentbox usage --json` has them. */
export type Tokens = Readonly<
  Record<'input' | 'output' | 'cacheWrite' | 'cacheWrite1h' | 'cacheRead' | 'reasoning', number>
>;

/** What the stand-ins of the models' APIs say that each of their replies took. */
export const ANTHROPIC_REPLY: Tokens = {
  ...{ input: 10, output: 5, cacheWrite: 4, cacheWrite1h: 3, cacheRead: 3, reasoning: 0 },
};
export const OPENAI_REPLY: Tokens = {
  ...{ input: 6, output: 5, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 4, reasoning: 2 },
};
export const GOOGLE_REPLY: Tokens = { ...OPENAI_REPLY, output: 7 };

/** What `agentbox usage` says of a client. */
export interface UsageSaid {
  readonly total: { readonly replies: number; readonly tokens: Tokens; readonly cost: number | null };
  readonly sources: readonly { readonly agent: string; readonly source: 'log' | 'gateway'; readonly replies: number }[];
  readonly unread: number;
}

/** Asks it; throws when it fails. */
export async function usageOf(lab: Lab, client: string): Promise<UsageSaid> {
  const { code, stdout, stderr } = await lab.agentbox(['usage', '--client', client, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as UsageSaid;
}

/** So many replies of that size. */
export function times(count: number, tokens: Tokens): Tokens {
  return Object.fromEntries(Object.entries(tokens).map(([kind, amount]) => [kind, amount * count])) as Tokens;
}
