import { UsageError, UserError } from '../errors.ts';

/** Flags that both engines know, that change nothing of the wall, and what their values look like. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  'shm-size': /^\d+[bkmg]?$/i,
  ulimit: /^[a-z]+=-?\d+(:-?\d+)?$/,
  dns: /^[0-9a-f.:]+$/i,
  'dns-search': /^[a-z0-9.-]+$/i,
  'add-host': /^[a-z0-9.-]+:[0-9a-f.:]+$/i,
};

/** Those that may be given several times. */
const REPEATABLE = new Set(['ulimit', 'dns', 'dns-search', 'add-host']);

/** Why some flags are never let through; the wall is what the product is. */
const REFUSED: Readonly<Record<string, string>> = {
  privileged: 'it takes the wall away',
  'cap-add': 'a box has no capability (G2)',
  'security-opt': 'a box keeps no-new-privileges and the seccomp profile (G2)',
  device: 'a box has no device of the host (G1)',
  pid: 'a box has namespaces of its own (G2)',
  ipc: 'a box has namespaces of its own (G2)',
  uts: 'a box has namespaces of its own (G2)',
  userns: 'agentbox chooses the user of a box (G2)',
  user: 'agentbox chooses the user of a box (G2)',
  network: 'use --network gateway|none|open',
  net: 'use --network gateway|none|open',
  volume: 'use --mount SRC:DST[:rw], which is checked',
  v: 'use --mount SRC:DST[:rw], which is checked',
  mount: 'use --mount SRC:DST[:rw], which is checked',
  env: 'use --env, whose value stays out of the engine',
  e: 'use --env, whose value stays out of the engine',
  memory: 'use --memory',
  cpus: 'use --cpus',
  runtime: 'use --runtime',
};

/** Reads `NAME=VALUE` (dashes in front allowed); throws UserError('refused') or UsageError for all but the closed table. */
export function parseEngineArg(text: string): readonly [name: string, value: string] {
  const match = /^-{0,2}([a-z][a-z-]*)(?:[= ](.*))?$/s.exec(text);
  // Never more than a name: what follows may be a secret, as in ENV=value.
  const name = match?.[1] ?? /^[^= ]*/.exec(text)?.[0] ?? '';
  const why = REFUSED[name];
  if (why !== undefined) throw new UserError('refused', `--engine-arg ${name} is refused`, { why });
  const pattern = ALLOWED[name];
  if (pattern === undefined) {
    throw new UsageError(`--engine-arg ${name} is not in the table`, [`known: ${Object.keys(ALLOWED).join(', ')}`]);
  }
  const value = match?.[2] ?? '';
  if (!pattern.test(value)) throw new UsageError(`--engine-arg ${name}=${value}: not a value for ${name}`);
  return [name, value];
}

/** The flags by their names; the values of one that was given several times are separated by commas. Throws as parseEngineArg does. */
export function engineArgsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of texts.map(parseEngineArg)) {
    const before = REPEATABLE.has(name) ? found[name] : undefined;
    found[name] = before === undefined ? value : `${before},${value}`;
  }
  return found;
}

/** All values of a flag; no value of the table has a comma of its own. Pure. */
export function valuesOf(engineArgs: Readonly<Record<string, string>>, name: string): readonly string[] {
  return engineArgs[name]?.split(',') ?? [];
}
