import { z } from 'zod';
import type { RunSummary } from '../../src/box/runSummary.ts';

const text = z.string();
const count = z.int().nonnegative();
const time = z.iso.datetime();

const tokens = z.strictObject({
  input: count,
  output: count,
  cacheWrite: count,
  cacheWrite1h: count,
  cacheRead: count,
  reasoning: count,
});

const error = z.strictObject({
  error: z.strictObject({
    kind: z.enum([
      'usage',
      'config',
      'project',
      'credentials',
      'engine',
      'image',
      'refused',
      'state',
      'box',
      'unavailable',
      'cancelled',
      'bug',
    ]),
    message: text.min(1),
    why: text.nullable(),
    next: z.array(text),
  }),
});

const run: z.ZodType<RunSummary> = z.strictObject({
  exitCode: count,
  box: text,
  client: text,
  agent: text,
  engine: z.enum(['docker', 'podman']),
  runtime: text,
  network: z.enum(['gateway', 'none', 'open']),
  workspace: z.enum(['bind', 'clone', 'readonly']),
  project: text,
  started: time,
  durationMs: count,
  blocked: z.array(z.strictObject({ host: text, port: count, count, reason: text })),
  allow: text.nullable(),
  commits: z.array(z.strictObject({ repository: text, ref: text, as: text, id: text, count: count.nullable() })),
  changed: z.strictObject({ files: count.nullable(), commits: count.nullable(), stat: text.nullable() }),
  aside: z.array(z.strictObject({ path: text, reason: text })),
  marked: z.array(z.strictObject({ path: text, rule: text, what: text })),
  out: text.nullable(),
  review: z.strictObject({ diff: text, apply: text, discard: text }).nullable(),
  usage: z.strictObject({ tokens, costUsd: z.number().nullable(), unpricedModels: z.array(text) }).nullable(),
});

/** The shape of what each command prints with `--json`, by its words. docs/json.md has an example of each. */
export const SHAPES: Readonly<Record<string, z.ZodType>> = {
  error,
  run,
  'run --detach': z.strictObject({ box: text, client: text, project: text }),
};
