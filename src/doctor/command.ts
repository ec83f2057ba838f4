import type { Context } from '../context.ts';
import { print, printJson, say } from '../ui/io.ts';
import { paint } from '../ui/paint.ts';
import { VERSION } from '../version.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { gather } from './gather.ts';

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
  for (const { area, grade, what, why, next } of findings) {
    print(context.io, `${marks[grade]}  ${area.padEnd(9)}  ${what}`);
    for (const line of detail({ why, next })) print(context.io, dim(`${' '.repeat(20)}${line}`));
  }
  const notes = findings.filter(({ grade }) => grade === 'note').length;
  say(context.io, `\n${count(problems, 'problem')}, ${count(notes, 'note')}`);
  return code;
}

function detail({ why, next }: Pick<Finding, 'why' | 'next'>): readonly string[] {
  return [...(why === undefined ? [] : [why]), ...next.map((step) => `→ ${step}`)];
}

const count = (number: number, what: string) => `${number || 'no'} ${what}${number === 1 ? '' : 's'}`;
