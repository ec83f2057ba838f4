import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import type { RunningBox } from '../engine/engine.ts';
import { ensureClientState } from '../state/clientState.ts';
import { say } from '../ui/io.ts';
import { streamsOf } from '../ui/terminal.ts';
import { formatSpan } from '../ui/time.ts';
import { approver } from './approve.ts';
import { exclusively } from './exclusive.ts';
import { encodePayload } from './payload.ts';
import { type Prepared, prepareRun } from './prepare.ts';
import { withSignals } from './signals.ts';

/** One run as the user asked for it. */
export interface RunCommand {
  readonly flags: RunFlags;
  readonly dir: string;
  readonly args: readonly string[];
  /** In the place of the agent's own command. */
  readonly command: readonly string[] | undefined;
  /** The box is there to make a login, so it needs none. */
  readonly login: boolean;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly resume: boolean;
  readonly freshCreds: boolean;
  readonly detach: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The main job: plans, makes sure of the image, launches, waits, cleans up. Gives the exit code of the agent. */
export async function runCommand(context: Context, request: RunCommand): Promise<number> {
  if (request.dryRun) {
    const { dryRun } = await import('./dryRun.ts');
    await dryRun(context, request);
    return 0;
  }
  const prepared = await prepareRun(context, request);
  for (const notice of prepared.notices) say(context.io, `agentbox: ${notice}`);
  const running = await launch(context, request, prepared);
  if (!request.detach) return attend(context, request, prepared, running);
  context.io.out.write(`${prepared.box.name}\n`);
  return 0;
}

function launch(context: Context, request: RunCommand, prepared: Prepared): Promise<RunningBox> {
  const { engine, profile, agent, facts, box } = prepared;
  return exclusively(context, prepared, async () => {
    await ensureClientState(context.paths, profile.client, agent.name, facts.caller, box);
    return engine.launch({
      spec: box,
      payload: encodePayload(prepared.frames),
      approve: approver(engine, box, prepared.imageEnv),
      streams: request.detach ? undefined : streamsOf(context.io, box.terminal),
    });
  });
}

async function attend(context: Context, request: RunCommand, prepared: Prepared, running: RunningBox): Promise<number> {
  const { engine, agent, box } = prepared;
  const began = context.now().getTime();
  const { code, left } = await withSignals({ engine, id: running.id, running, timeout: request.timeout });
  if (left) return code;
  await engine.remove(running.id);
  if (box.terminal) {
    say(context.io, `agentbox: ${agent.title} ended with ${code} after ${formatSpan(context.now().getTime() - began)}`);
  }
  return code;
}
