import { UserError } from '../../errors.ts';
import type { Execute } from '../../execute.ts';
import { redactor } from '../redact.ts';

const LIMIT = 10_000;

/**
 * What a program prints, without white space around it. Throws UserError('credentials') when it fails, prints nothing or
 * takes more than 10 s; the error has the last line of its standard error, without anything it printed as its answer.
 */
export async function fromCommand(argv: readonly string[], run: Execute): Promise<string> {
  const program = argv[0] ?? '';
  const refuse = (why: string, next = `run it by hand: ${program} …`) =>
    new UserError('credentials', `the command ${program} gave no value`, { why, next: [next] });
  const result = await run(argv, { timeout: LIMIT });
  if (result.missing) throw refuse('there is no such program', `install ${program}, or correct its name`);
  if (result.timedOut) throw refuse(`it took longer than ${LIMIT / 1000} s`);
  const value = result.stdout.trim();
  if (result.code !== 0) {
    const hide = redactor([value, ...value.split(/\s+/).filter((word) => word.length > 3)]);
    throw refuse(hide(result.stderr.trim().split('\n').at(-1) ?? '') || `it ended with ${result.code}`);
  }
  if (value === '') throw refuse('it printed nothing');
  return value;
}
