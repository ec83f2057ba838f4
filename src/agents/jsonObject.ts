/** An object as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/** The object that a JSON text holds; undefined for a text that is not JSON, or that holds anything else. */
export function jsonObject(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A value of JSON that is an object; undefined for any other. */
export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
