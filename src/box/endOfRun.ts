import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { printJson, say } from '../ui/io.ts';
import { formatSpan } from '../ui/time.ts';
import type { RunUsage } from '../usage/usageOfRun.ts';
import { asideOf } from '../workspace/aside/review.ts';
import { filledOut } from '../workspace/readonly/out.ts';
import type { Prepared } from './prepare.ts';
import type { RunCommand } from './run.ts';

/** A run that is over: the agent's exit code, and when it began to be waited for. */
export interface RunEnd {
  readonly code: number;
  readonly began: Date;
}

/** Ends a run: a few lines at a terminal, the summary as JSON where that was asked for, nothing anywhere else. */
export async function endOfRun(
  context: Context,
  request: Pick<RunCommand, 'json' | 'flags' | 'dir' | 'scratch' | 'login'>,
  prepared: Prepared,
  { code, began }: RunEnd,
): Promise<void> {
  const { agent, box, profile } = prepared;
  if (!request.json && !box.terminal) return;
  const durationMs = context.now().getTime() - began.getTime();
  const usage = await usedSince(context, prepared, began);
  if (request.json) {
    const whose = { client: profile.client, box: box.name };
    const [{ summaryOf }, aside, out] = await Promise.all([
      import('./runSummary.ts'),
      asideOf(context.paths, whose),
      profile.workspace === 'readonly' ? filledOut(context, whose) : undefined,
    ]);
    return printJson(
      context.io,
      summaryOf(prepared, { code, began, durationMs, news: prepared.news, aside, out, usage }),
    );
  }
  const { runUsageLine } = await import('../usage/usageOfRun.ts');
  const used = usage === undefined ? '' : `; ${runUsageLine(usage)}`;
  say(context.io, `agentbox: ${agent.title} ended with ${code} after ${formatSpan(durationMs)}${used}`);
  // What nobody talked to has nothing to go on with.
  if (usage !== undefined && !request.login) say(context.io, `agentbox: to go on: ${resumeLine(request)}`);
}

/** What the agent noted; trouble with its log costs nothing but the number. */
async function usedSince(context: Context, { profile, agent }: Prepared, since: Date): Promise<RunUsage | undefined> {
  const { usageOfRun } = await import('../usage/usageOfRun.ts');
  return usageOfRun(context, { client: profile.client, agent: agent.name, since }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  });
}

/** The command that goes on with the conversation. Pure. */
export function resumeLine({ flags, dir, scratch }: Pick<RunCommand, 'flags' | 'dir' | 'scratch'>): string {
  const words = [
    ...(dir === '.' || scratch ? [] : [quoted(dir)]),
    ...(flags.client === undefined ? [] : ['--client', flags.client]),
    ...(flags.agent === undefined ? [] : ['--agent', flags.agent]),
    ...(flags.workspace === undefined ? [] : ['--workspace', flags.workspace]),
    ...(scratch ? ['--scratch'] : []),
  ];
  return ['agentbox run', ...words, '--resume'].join(' ');
}

/** One word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
