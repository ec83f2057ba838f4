import type { Context } from '../context.ts';
import { imageTag } from '../image/choose.ts';
import { planBox } from '../plan/box.ts';
import { commandLine } from '../plan/commandLine.ts';
import { print, printJson } from '../ui/io.ts';
import { requestOf, resolveRun } from './prepare.ts';
import type { RunCommand } from './run.ts';

/**
 * Prints the whole plan of a run and the engine's equivalent command line. Nothing is built, started, written or read
 * from a keychain; of secrets there are only names.
 */
export async function dryRun(context: Context, request: RunCommand): Promise<void> {
  const { profile, agent, project, facts } = await resolveRun(context, request);
  const image = await imageTag(agent, profile, context.paths.dataDir);
  const runtime = profile.runtime === 'auto' ? undefined : profile.runtime;
  const { box, notices } = planBox(profile, agent, project, facts, requestOf(context, request, { image, runtime }));
  const variables = [...new Set([...Object.keys(profile.credentials), ...Object.keys(profile.env)])];
  const plan = {
    client: profile.client,
    agent: agent.name,
    engine: facts.engine.kind,
    runtime: profile.runtime,
    overThePipe: variables,
    notices,
    box,
    commandLine: commandLine(box, facts.engine.kind),
  };
  if (request.json) return printJson(context.io, plan);
  const { stringify } = await import('yaml');
  const { commandLine: argv, ...rest } = plan;
  print(context.io, stringify(rest, { lineWidth: 0 }).trimEnd());
  print(context.io, `\n# The same by hand, but for what goes over the pipe:\n${argv.map(quoted).join(' ')}`);
}

/** One word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
