import type * as z from 'zod';
import { suggestion } from './names.ts';

/** A mistake, with the path to the value, or to the key itself when `atKey`. */
export interface Explained {
  readonly path: readonly PropertyKey[];
  readonly atKey: boolean;
  readonly message: string;
}

/** The part of a JSON Schema that says which names and values there are. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** What is wrong, for people: one entry a mistake. Values are told only where they are one of a fixed set. */
export function explain(issues: readonly z.core.$ZodIssue[], data: unknown, schema: JsonSchema): Explained[] {
  return issues.flatMap((issue) => explainOne(issue, [], data, schema));
}

function explainOne(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  data: unknown,
  schema: JsonSchema,
): Explained[] {
  const path = [...above, ...issue.path];
  const at = (message: string, atKey = false): Explained[] => [{ path, atKey, message }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const valid = namesAt(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `unknown key, ${suggestion(key, valid)}`,
      }));
    }
    case 'invalid_key':
      return at(`${issue.issues[0]?.message ?? issue.message}`, true);
    case 'invalid_value':
      return at(notOneOf(valueAt(data, path), issue.values.map(String)));
    case 'invalid_type':
      return at(wrongType(issue.expected, valueAt(data, path)));
    case 'invalid_union': {
      if (issue.discriminator !== undefined) return at(notOneOf(valueAt(data, path), valuesAt(schema, path)));
      const meant = issue.errors.find((branch) =>
        branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
      );
      if (meant !== undefined) return meant.flatMap((inner) => explainOne(inner, path, data, schema));
      return at(issue.message);
    }
    default:
      return at(issue.message);
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

function wrongType(expected: string, value: unknown): string {
  if (value === undefined) return 'is missing';
  const quotes = expected === 'string' && ['number', 'boolean'].includes(typeof value) ? ', put it in quotes' : '';
  return `must be ${KINDS[expected] ?? expected}${quotes}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }, data);
}

function notOneOf(value: unknown, valid: readonly string[]): string {
  return value === undefined
    ? `is missing, one of ${valid.join(', ')}`
    : `"${value}" is not valid, ${suggestion(`${value}`, valid)}`;
}

/** The keys that are valid at a place. */
function namesAt(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  return [...new Set(rulesAt(schema, path).flatMap((rule) => Object.keys(rule.properties ?? {})))];
}

/** The values that are valid at a place, where only some are. */
function valuesAt(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  return rulesAt(schema, path).flatMap((rule) => [...(rule.enum ?? []), rule.const ?? []].flat().map(String));
}

/** Every rule that may hold at a place. */
function rulesAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly JsonSchema[] {
  const options: readonly JsonSchema[] = [
    schema,
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((option) => rulesAt(option, [])),
  ];
  const [part, ...rest] = path;
  if (part === undefined) return options;
  return options.flatMap((option) => {
    const rule = option.properties?.[String(part)] ?? option.additionalProperties ?? option.items;
    return typeof rule === 'object' ? rulesAt(rule, rest) : [];
  });
}
