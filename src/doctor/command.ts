import type { Context } from '../context.ts';
import { print, printJson, say } from '../ui/io.ts';
import { paint } from '../ui/paint.ts';
import { VERSION } from '../version.ts';
import { diagnose } from './diagnose.ts';
import { gather } from './gather.ts';
import { wrapped } from './wrapped.ts';

/** Prints what was found, what mends it below each; gives 1 when something does not work, else 0. */
export async function doctor(context: Context, options: { readonly json?: boolean }): Promise<number> {
  const findings = diagnose(await gather(context));
  const problems = findings.filter(({ grade }) => grade === 'problem').length;
  const code = problems > 0 ? 1 : 0;
  if (options.json) {
    printJson(context.io, { version: VERSION, platform: context.platform, findings });
    return code;
  }
  const { green, yellow, red, dim } = await paint(context.io, 'out');
  const marks = { ok: green('ok     '), note: yellow('note   '), problem: red('problem') };
  // For a person's eyes; what a program reads is one line each.
  const columns = context.io.outIsTerminal ? Math.max(50, context.io.columns || 80) : Number.POSITIVE_INFINITY;
  for (const { area, grade, what, why, next } of findings) {
    const [first = '', ...more] = wrapped(what, columns - INDENT.length);
    print(context.io, `${marks[grade]}  ${area.padEnd(9)}  ${first}`);
    for (const line of more) print(context.io, `${INDENT}${line}`);
    for (const line of why === undefined ? [] : wrapped(why, columns - BELOW.length))
      print(context.io, dim(`${BELOW}${line}`));
    // Whole, so that it can be copied.
    for (const step of next) print(context.io, dim(`${BELOW}→ ${step}`));
  }
  const notes = findings.filter(({ grade }) => grade === 'note').length;
  say(context.io, `\n${count(problems, 'problem')}, ${count(notes, 'note')}`);
  return code;
}

/** Below what was found: where its words begin, and where the area does. */
const INDENT = ' '.repeat(20);
const BELOW = ' '.repeat(9);
const count = (number: number, what: string) => `${number || 'no'} ${what}${number === 1 ? '' : 's'}`;
