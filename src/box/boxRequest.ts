import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import type { RunRequest } from '../plan/box.ts';
import { hasTerminal } from '../ui/terminal.ts';
import { VERSION } from '../version.ts';
import { recipeOf } from './recipe.ts';
import type { RunCommand } from './run.ts';

/** What is known of a box only once other things have been made. */
export type Made = Pick<RunRequest, 'image' | 'runtime' | 'variables' | 'ports'>;

/** What the plan of a box needs besides settings and facts. */
export function requestOf(context: Context, request: RunCommand, made: Made): RunRequest {
  return {
    ...made,
    args: request.args,
    command: request.command,
    detach: request.detach,
    resume: request.resume,
    terminal: wantsTerminal(context, request),
    ...{ name: request.name, keep: request.keep ?? false, waits: request.createOnly ?? false },
    asked: recipeOf(request),
    suffix: randomBytes(2).toString('hex'),
    started: context.now(),
    version: VERSION,
    terminalEnv: terminalEnv(context.env),
  };
}

/** Nobody sits at a detached box now, but somebody may attach to what people talk to. */
function wantsTerminal({ io }: Context, { detach, args, command }: RunCommand): boolean {
  return detach ? args.length === 0 && command === undefined : hasTerminal(io);
}

/** What programs ask of a terminal; only plain words, since these lie open in the engine. */
function terminalEnv(env: Context['env']): Readonly<Record<string, string>> {
  const entries = ['TERM', 'COLORTERM', 'TZ'].flatMap((name) => {
    const value = env[name];
    return value !== undefined && /^[\w.+/-]{1,64}$/.test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}
