import * as z from 'zod';
import type { Price } from '../usage/cost.ts';

const rate = z.number().min(0, 'must not be less than 0').max(1_000_000, 'is too much');

/** `prices:` of config.yaml. */
export const prices = z
  .record(
    z.string().regex(/^[\x21-\x7e]{1,200}$/, 'is no name of a model, or pattern such as claude-*'),
    z.strictObject({
      input: rate.describe('What the model reads.'),
      output: rate.describe('What it writes, thinking included.'),
      cache_write: rate.optional().describe('What is written to its cache for the usual time. Default: as input.'),
      cache_write_1h: rate.optional().describe('What is written there for an hour. Default: as cache_write.'),
      cache_read: rate.optional().describe('What is read from there. Default: as input.'),
    }),
  )
  .optional()
  .describe('By model, or pattern such as claude-*: US dollars for a million tokens, in the place of list prices.');

/** The configured prices: exact names first, then the longest pattern. Pure. */
export function pricesOfConfig(raw: z.infer<typeof prices>): readonly Price[] {
  const isPattern = (model: string) => (model.includes('*') ? 1 : 0);
  return Object.entries(raw ?? {})
    .sort(([a], [b]) => isPattern(a) - isPattern(b) || b.length - a.length)
    .map(([model, { input, output, cache_write = input, cache_write_1h = cache_write, cache_read = input }]) => ({
      model,
      rates: { input, output, cacheWrite: cache_write, cacheWrite1h: cache_write_1h, cacheRead: cache_read },
    }));
}
