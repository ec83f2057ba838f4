import type { Context } from '../context.ts';
import { findImage } from '../image/choose.ts';
import { planBox } from '../plan/box.ts';
import { commandLine } from '../plan/commandLine.ts';
import { providerVariableNames } from '../providers/environment.ts';
import { print, printJson } from '../ui/io.ts';
import { requestOf } from './boxRequest.ts';
import { resolveRun } from './resolveRun.ts';
import type { RunCommand } from './run.ts';

/**
 * Prints the whole plan of a run and the engine's equivalent command line. Nothing is built, started, written or read
 * from a keychain; of secrets there are only names.
 */
export async function dryRun(context: Context, request: RunCommand): Promise<void> {
  const { flags } = request;
  const { profile, agent, project, projectFile, engine, facts } = await resolveRun(context, request);
  const devcontainer = profile.devcontainer
    ? await (await import('../devcontainer/choose.ts')).seenDevcontainer(context, {
        profile,
        flags,
        project: project.path,
      })
    : undefined;
  const { ref: image } = await findImage(engine, agent, profile, context, devcontainer?.image);
  const runtime = profile.runtime === 'auto' ? undefined : profile.runtime;
  const provider = providerVariableNames(profile, agent);
  const variables = [
    ...new Set([
      ...Object.keys(profile.credentials),
      ...Object.keys(profile.env),
      ...provider,
      ...Object.keys(projectFile.env),
    ]),
  ];
  const ports = Object.values(profile.ports).flat();
  const made = requestOf(context, request, { image, runtime, variables, ports });
  const { box, notices } = planBox(profile, agent, project, facts, made);
  const gateway = profile.network === 'gateway' ? await import('./gateway.ts') : undefined;
  const policy = await gateway?.runPolicy(context, profile, agent, request.login);
  const plan = {
    client: profile.client,
    agent: agent.name,
    engine: facts.engine.kind,
    runtime: profile.runtime,
    overThePipe: variables,
    notices: [...projectFile.notices, ...notices, ...(devcontainer?.notices ?? [])],
    ...(projectFile.seen === undefined ? {} : { projectFile: projectFile.seen }),
    ...(policy === undefined
      ? {}
      : { policy: policy.rules.map(({ verdict, text, from }) => `${verdict} ${text} (${from})`) }),
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
