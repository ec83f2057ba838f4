/** What lies at a path of keys in JSON that anybody may have written; undefined where there is nothing. Pure. */
export function pick(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}

/** A name out of such JSON, in printable ASCII and not long; undefined when it is none. Pure. */
export function name(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = value.slice(0, 200).replace(/[^\x21-\x7e]/g, '');
  return clean === '' ? undefined : clean.slice(0, 80);
}

const EARLIEST = Date.UTC(2020, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** A time out of such JSON, as ISO 8601 or milliseconds since 1970; undefined when it is none. Pure. */
export function time(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : value;
  return typeof at === 'number' && at >= EARLIEST && at < LATEST ? at : undefined;
}

/** JSON, or undefined for what is none. Pure. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
