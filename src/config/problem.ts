import { UserError } from '../errors.ts';

/** One mistake in a configuration file. Line and column count from 1. */
export interface Problem {
  /** `clients.acme.mounts[0].target`; empty for the file as a whole. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A configuration file that is not valid, with all its mistakes. */
export class ConfigError extends UserError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super('config', mistakesText('the configuration', file, problems), {
      next: ['agentbox config validate, after mending it'],
    });
    this.problems = problems;
  }
}

/** Mistakes of a file, each on a line with its place; `what` says what the file is, `all` how many there are. */
export function mistakesText(what: string, file: string, problems: readonly Problem[], all = problems.length): string {
  const lines = problems.map(({ path, line, column, message }) => {
    return `\n  ${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`;
  });
  const count = all === 1 ? 'a mistake' : `${all} mistakes`;
  return `${what} has ${count}${lines.join('')}`;
}

/** `clients.acme.mounts[0]` of the parts of a path. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
