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

const setting = z.strictObject({ setting: text, value: text, from: text });
const secret = z.strictObject({ path: text, rule: text, line: count, masked: text, credential: text.optional() });
const risk = z.strictObject({ rule: text, level: text, path: text, reason: text });
const judgement = z.strictObject({
  refused: z.array(risk),
  asked: z.array(risk),
  noted: z.array(risk),
  secrets: z.array(secret),
});
const commits = z.array(
  z.strictObject({
    ...{ id: text, parents: z.array(text), author: text, email: text, subject: text },
    date: z.iso.datetime({ offset: true }),
  }),
);
const asideItem = { path: text, kind: text, reason: text, at: time };
const verdict = z.enum(['allow', 'deny']);
const answer = { verdict, reason: text.optional(), rule: text.optional(), from: text.optional() };
const image = z.strictObject({
  ...{ image: text, tag: text.nullable(), id: text, size: count, created: time },
  ...{ clients: z.array(text), boxes: z.array(text), used: z.boolean() },
});
const decision = {
  ...{ time, box: text, host: text, port: count, kind: z.enum(['connect', 'http', 'forward']), verdict },
  ...{ rule: text.optional(), reason: text.optional(), address: text.optional() },
};
const sum = {
  ...{ replies: count, tokens, cost: z.number().nullable(), unpricedTokens: count },
  ...{ first: time.nullable(), last: time.nullable() },
};
const listedBox = z.strictObject({
  ...{ name: text, id: text.optional(), client: text, agent: text, project: text },
  state: z.enum(['running', 'paused', 'created', 'starting', 'never started', 'exited', 'ended']),
  ...{ exitCode: count.optional(), started: time, created: time, runtime: text, network: text, workspace: text },
  ports: z.array(z.strictObject({ address: text, port: count, boxPort: count })),
  ...{ keep: z.boolean(), memory: count.optional(), blocked: count, unreviewed: z.boolean() },
});
const landed = {
  ...{ box: text, project: text, files: z.array(text), commits, branch: text, why: text, whole: z.boolean() },
  way: z.enum(['changes', 'forward', 'replay', 'branch']),
  left: z.array(z.strictObject({ why: text, path: text })),
  ...{ branches: z.array(text), judgement, landed: z.boolean(), clone: z.enum(['gone', 'kept']).optional() },
};

/** The shape of what each command prints with `--json`, by its words. docs/json.md has an example of each. */
export const SHAPES: Readonly<Record<string, z.ZodType>> = {
  error,
  run,
  'run --detach': z.strictObject({ box: text, client: text, project: text }),
  ls: z.array(listedBox),
  prune: z.strictObject({
    removed: z.array(z.strictObject({ name: text, what: text })),
    kept: z.array(z.strictObject({ name: text, why: text, next: z.array(text) })),
  }),
  diff: z.strictObject({
    ...{ box: text, client: text, project: text, commits, uncommitted: z.boolean() },
    files: z.array(z.strictObject({ path: text, change: text })),
    ...{ judgement, left: z.array(text), branches: z.array(text) },
  }),
  'diff of a bind box': z.strictObject({
    ...{ box: text, project: text, aside: z.array(z.strictObject({ ...asideItem, place: text })) },
  }),
  apply: z.strictObject(landed),
  'apply of a bind box': z.strictObject({ box: text, project: text, given: z.array(z.strictObject(asideItem)) }),
  sync: z.array(
    z.strictObject({
      ...{ box: text, client: text, project: text, repository: text, ref: text, to: text, id: text },
      ...{ from: text.optional(), commits: count.optional(), aside: text.optional() },
    }),
  ),
  build: z.strictObject({ image: text, built: z.array(text) }),
  'build --all': z.array(
    z.strictObject({
      ...{ image: text.nullable(), title: text, clients: z.array(text) },
      outcome: z.enum(['built', 'is there', 'failed']),
    }),
  ),
  'build --dry-run': z.array(
    z.strictObject({
      ...{ image: text, title: text, there: z.boolean(), from: text, args: z.record(text, text), command: text },
    }),
  ),
  'images ls': z.array(image),
  'images prune': z.strictObject({ removed: z.array(text), kept: z.array(text), bytes: count }),
  creds: z.array(
    z.strictObject({
      ...{ client: text, agent: text, name: text, source: text, delivery: text, expires: time.optional() },
      ...{ state: z.enum(['ok', 'missing', 'not needed']), why: text.optional(), next: z.array(text) },
    }),
  ),
  'client ls': z.array(
    z.strictObject({
      ...{ client: text, configured: z.boolean(), agents: z.array(text), projects: z.array(text) },
      state: z.array(text),
    }),
  ),
  'client show': z.strictObject({
    ...{ client: text, directory: text, state: z.array(text), scratch: text.optional(), settings: z.array(setting) },
  }),
  'config path': z.strictObject({ file: text, state: text }),
  'config show': z.strictObject({ file: text, exists: z.boolean(), client: text, settings: z.array(setting) }),
  'config validate': z.strictObject({
    ...{ valid: z.boolean(), file: text, exists: z.boolean(), clients: z.array(text) },
    problems: z.array(z.looseObject({})),
  }),
  'trust --list': z.array(
    z.strictObject({ client: text, project: text, file: text, trusted: time, sha256: text, state: text }),
  ),
  'net show': z.strictObject({
    ...{ client: text, agent: text, network: text, gateway: text, proxy: text.optional(), boxes: z.array(text) },
    rules: z.array(
      z.strictObject({
        ...{ verdict, rule: text, from: text, until: count.optional(), boxes: z.array(text).optional() },
      }),
    ),
    brokered: z.array(z.strictObject({ box: text, name: text, hosts: z.array(text) })),
    forwards: z.array(z.strictObject({ box: text.optional(), boxPort: count, host: text, port: count })),
  }),
  'net check': z.strictObject({
    ...{ host: text, port: count, ...answer, where: text },
    addresses: z.array(z.strictObject({ address: text, ...answer })),
  }),
  'net log': z.strictObject({ ...decision, up: count.optional(), down: count.optional(), ms: count.optional() }),
  'net watch': z.union([
    z.strictObject({ event: z.literal('decision'), decision: z.strictObject({ id: text, ...decision }) }),
    z.strictObject({ event: z.literal('held'), held: text, decision: z.strictObject({ id: text, ...decision }) }),
    z.strictObject({ event: z.literal('settled'), held: text, verdict }),
  ]),
  usage: z.strictObject({
    ...{ since: time.nullable(), by: text, currency: text, pricesOf: text, skipped: z.array(text), unread: count },
    rows: z.array(
      z.strictObject({
        ...{ client: text.optional(), agent: text.optional(), day: text.optional(), model: text.optional() },
        ...{ session: text.optional(), ...sum },
      }),
    ),
    total: z.strictObject(sum),
    unpriced: z.array(z.strictObject({ model: text, tokens: count })),
    sources: z.array(z.strictObject({ agent: text, source: z.enum(['log', 'gateway']), replies: count })),
  }),
  verify: z.strictObject({
    ...{ version: text, ok: z.boolean(), client: text, engine: text, runtime: text, network: text },
    rows: z.array(
      z.strictObject({
        ...{ id: text, group: text, title: text, seen: text },
        verdict: z.enum(['green', 'red', 'unknown', 'skipped', 'later']),
      }),
    ),
  }),
  doctor: z.strictObject({
    ...{ version: text, platform: text },
    findings: z.array(
      z.strictObject({
        ...{ area: text, what: text, why: text.optional(), next: z.array(text) },
        grade: z.enum(['ok', 'note', 'problem']),
      }),
    ),
  }),
};
