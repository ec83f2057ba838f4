import { LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { explain, type JsonSchema } from './explain.ts';
import { locate } from './locate.ts';
import { type Problem, pathText } from './problem.ts';

/** What a file in YAML should be, and the error for one that is not. */
export interface Wanted<S extends z.ZodType> {
  readonly schema: S;
  /** Asked for only when there is a mistake to explain: it takes longer to make than a file to read. */
  readonly jsonSchema: () => JsonSchema;
  /** Makes the error of all mistakes. */
  readonly refused: (problems: readonly Problem[]) => Error;
}

/** A file as its schema has it. */
export interface ReadYaml<T> {
  readonly data: T;
  /** A mistake at a place of it. */
  problemAt(path: readonly PropertyKey[], message: string): Problem;
}

/** Reads a text in YAML; an empty one is an empty group of keys. Throws what `refused` makes of every mistake in it. */
export function readYaml<S extends z.ZodType>(
  text: string,
  { schema, jsonSchema, refused }: Wanted<S>,
): ReadYaml<z.infer<S>> {
  const lines = new LineCounter();
  const problem = (path: readonly PropertyKey[], offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { path: pathText(path), line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const document = unlessTooDeep(
    () => parseDocument(text, { lineCounter: lines, prettyErrors: false }),
    () => refused([problem([], 0, 'too many things lie in one another')]),
  );

  // The end of these messages may quote the text, and with it a secret.
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw refused(broken.map((error) => problem([], error.pos[0], error.message.replace(/: ".*$/s, ''))));
  }

  let data: unknown;
  try {
    data = document.toJS() ?? {};
  } catch {
    throw refused([problem([], 0, 'an alias (*name) leads nowhere, or too many are used')]);
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    const mistakes = explain(parsed.error.issues, data, jsonSchema());
    const problems = mistakes.map(({ path, atKey, message }) => problem(path, locate(document, path, atKey), message));
    throw refused(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return {
    data: parsed.data,
    problemAt: (path, message) => problem(path, locate(document, path, false), message),
  };
}

function unlessTooDeep<T>(act: () => T, refused: () => Error): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError) throw refused();
    throw error;
  }
}
