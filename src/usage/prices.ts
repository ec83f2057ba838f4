import type { Price, Rates } from './cost.ts';

/** The day on which the newest of these prices was published. */
export const PRICES_OF = '2026-11-18';

/**
 * List prices in US dollars for a million tokens, from the makers' own pages where nothing else is said. What is not
 * here has no price; nothing is guessed. Left out: batch, priority and regional rates, tools, and what a subscription costs.
 */
export const PRICES: readonly Price[] = [
  // platform.claude.com/docs/en/about-claude/pricing and …/docs/en/models/<model>/overview, as of 2026-10-24.
  // Quoted from that page by the release notes of archid21/rightsize 0.10.2.
  claude('claude-fable-5-2', 8, 40, 0.2),
  claude('claude-fable-5-1', 10, 50, 0.25),
  claude('claude-mythos-5-1', 10, 50, 0.25),
  claude('claude-fable-5', 10, 50, 1),
  claude('claude-mythos-5', 10, 50, 1),
  claude('claude-opus-5-5', 4, 20, 0.2),
  claude('claude-opus-5', 5, 25, 0.5),
  claude('claude-opus-4-8', 5, 25, 0.5),
  claude('claude-opus-4-7', 5, 25, 0.5),
  claude('claude-opus-4-6', 5, 25, 0.5),
  claude('claude-opus-4-5', 5, 25, 0.5),
  claude('claude-opus-4-1', 15, 75, 1.5),
  // Reading from its cache became cheaper.
  { ...claude('claude-sonnet-5-5', 2, 10, 0.2), until: '2026-10-07' },
  { ...claude('claude-sonnet-5-5', 2, 10, 0.1), from: '2026-10-07' },
  claude('claude-sonnet-5', 2, 10, 0.2),
  {
    ...claude('claude-haiku-5-5', 0.1, 0.5, 0.01),
    long: { above: 100_000, rates: claude('', 0.5, 2.5, 0.05).rates },
  },
  // The list of models of @earendil-works/pi-ai 0.87.1, which has the same prices as the pages above where both have one.
  claude('claude-sonnet-4-6', 3, 15, 0.3),
  claude('claude-sonnet-4-5', 3, 15, 0.3),
  claude('claude-haiku-4-5', 1, 5, 0.1),

  // developers.openai.com/api/docs/models/<model>; what is written to the cache for half an hour.
  openai('gpt-6.2-sol', 2, 10, { cacheRead: 0.1, cacheWrite: 2.5 }),
  openai('gpt-6.1-sol', 2, 10, { cacheRead: 0.1, cacheWrite: 2.5 }),
  openai('gpt-6.1-terra', 1, 5, { cacheRead: 0.05, cacheWrite: 1.25 }),
  openai('gpt-6-astra', 10, 50, { cacheRead: 1, cacheWrite: 12.5 }),
  openai('gpt-6-sol', 2, 10, { cacheRead: 0.2, cacheWrite: 2.5 }),
  openai('gpt-6-luna', 0.1, 0.5, { cacheRead: 0.01, cacheWrite: 0.125 }),
  openai('gpt-5.6-luna', 0.2, 1.2, { cacheRead: 0.02, cacheWrite: 0.25 }),
  // developers.openai.com/api/docs/models; its cache as quoted by the release notes of iyulab/TokenMeter 0.17.0.
  openai('gpt-6.2-astra', 8, 40, { cacheRead: 0.4, cacheWrite: 10 }),
  // The list of models of @earendil-works/pi-ai 0.87.1.
  openai('gpt-5.6-sol', 4, 20, { cacheRead: 0.4, cacheWrite: 5 }),
  openai('gpt-5.6-terra', 2, 12, { cacheRead: 0.2, cacheWrite: 2.5 }),
  openai('gpt-5.5', 5, 30, { cacheRead: 0.5 }),
  openai('gpt-5.4', 2.5, 15, { cacheRead: 0.25 }),
  flat('gpt-5.4-mini', { input: 0.75, output: 4.5, cacheRead: 0.075 }),
  flat('gpt-5.3-codex', { input: 1.75, output: 14, cacheRead: 0.175 }),
  flat('gpt-5.2', { input: 1.75, output: 14, cacheRead: 0.175 }),

  // Quoted from ai.google.dev/gemini-api/docs/pricing by the release notes of iyulab/TokenMeter 0.17.0.
  flat('gemini-4-neon', { input: 3, output: 15, cacheRead: 0.15 }),
  flat('gemini-4-hydrogen', { input: 1.5, output: 7.5, cacheRead: 0.075 }),
  // That page on 2026-10-07, which has the first of them for half until the end of the year; what is read from the cache:
  // the list of models of @earendil-works/pi-ai 0.87.1.
  { ...flat('gemini-3.8-flash', { input: 0.75, output: 3.75, cacheRead: 0.075 }), until: '2027-01-01' },
  flat('gemini-3.5-flash', { input: 1.5, output: 9, cacheRead: 0.15 }),
  flat('gemini-3.5-flash-lite', { input: 0.3, output: 2.5, cacheRead: 0.03 }),
  {
    ...flat('gemini-3.1-pro-preview', { input: 2, output: 12, cacheRead: 0.2 }),
    long: { above: 200_000, rates: { input: 4, output: 18 } },
  },
];

function flat(model: string, rates: Rates): Price {
  return { model, rates };
}

/** Anthropic takes a quarter more than for input for what is written to its cache for five minutes, and twice as much for an hour. */
function claude(model: string, input: number, output: number, cacheRead: number): Price {
  return flat(model, { input, output, cacheWrite: input * 1.25, cacheWrite1h: input * 2, cacheRead });
}

/** OpenAI takes twice as much for what such a model reads, and half as much again for what it writes, when it reads more than 272,000 tokens. */
function openai(
  model: string,
  input: number,
  output: number,
  { cacheRead, cacheWrite }: Pick<Rates, 'cacheRead' | 'cacheWrite'>,
): Price {
  const rates = (times: number, more: number): Rates => ({
    input: input * times,
    output: output * more,
    ...(cacheRead === undefined ? {} : { cacheRead: cacheRead * times }),
    ...(cacheWrite === undefined ? {} : { cacheWrite: cacheWrite * times }),
  });
  return { ...flat(model, rates(1, 1)), long: { above: 272_000, rates: rates(2, 1.5) } };
}
