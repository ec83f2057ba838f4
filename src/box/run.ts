import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import type { RunningBox } from '../engine/engine.ts';
import { UsageError, UserError } from '../errors.ts';
import { hasSshAgent } from '../plan/sshAgent.ts';
import { ensureClientState } from '../state/clientState.ts';
import { type Io, print, printJson, say, trace } from '../ui/io.ts';
import { streamsOf } from '../ui/terminal.ts';
import { closeWorkspace } from '../workspace/close.ts';
import { openWorkspace } from '../workspace/open.ts';
import { type WorkspaceRecord, writeRecord } from '../workspace/record.ts';
import { withWorkspace } from '../workspace/withWorkspace.ts';
import { approver } from './approve.ts';
import { endOfRun } from './endOfRun.ts';
import { exclusively } from './exclusive.ts';
import { leaveGateway, withGateway } from './gateway.ts';
import { uninterrupted } from './interrupt.ts';
import { type JoinedBox, leaveAlone, stayJoined } from './joined/stayJoined.ts';
import { encodePayload, type Frame } from './payload.ts';
import { withPorts } from './ports.ts';
import { type Prepared, prepareRun } from './prepare.ts';
import { forgetTrials } from './runtime.ts';
import { changedIn } from './sharedDirectory.ts';
import { withSshAgent } from './sshAgent.ts';
import { takePlace } from './takePlace.ts';
import type { Found } from './turn.ts';

/** One run as the user asked for it. */
export interface RunCommand {
  readonly flags: RunFlags;
  readonly dir: string;
  /** In the client's own folder in the place of `dir`. */
  readonly scratch: boolean;
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
  /** The name of its box. */
  readonly name?: string | undefined;
  /** The box stays after its end. */
  readonly keep?: boolean;
  /** The box is made and not started. */
  readonly createOnly?: boolean;
  /** The keys that let go of a box; see plan/detachKeys.ts. */
  readonly detachKeys?: string | undefined;
  /** The id of the box that this one takes the place of. */
  readonly replaces?: string;
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
  if (request.json) {
    // Standard output is the summary's alone; what the agent prints goes where words go.
    const io = { ...context.io, out: context.io.err, outIsTerminal: false };
    return run({ ...context, io }, request, context.io);
  }
  return run(context, request, context.io);
}

/** `results` has the stream for what the run gives: its summary, or the name of a box that is left alone. */
async function run(context: Context, request: RunCommand, results: Io): Promise<number> {
  const turn = await turnOf(context, request);
  if (turn.kind === 'attach') {
    if (request.json) throw noSummary(`${turn.box.name} runs already`, `agentbox attach ${turn.box.name}`);
    return (await import('./attach.ts')).attachTo(context, turn.engine, turn.box, request);
  }
  if (turn.request.createOnly) {
    if (request.json) throw noSummary('--create-only starts nothing', 'leave --json out');
    return (await import('./createOnly.ts')).createOnly(context, turn.request);
  }
  const { prepared, running } = await start(context, turn.request);
  performance.mark('started');
  if (!request.detach) return attend(context, turn.request, prepared, running, results);
  await leaveAlone(context, { ...joinedTo(prepared), id: running.id });
  const { box, profile } = prepared;
  if (request.json) printJson(results, { box: box.name, client: profile.client, project: prepared.project.path });
  else print(results, box.name);
  return 0;
}

function noSummary(why: string, next: string): UsageError {
  return new UsageError(`--json sums a run up, and ${why}`, [next]);
}

async function turnOf(context: Context, request: RunCommand): Promise<Found> {
  if (request.name === undefined && !request.resume) return { kind: 'run', request };
  return (await import('./turn.ts')).turn(context, request);
}

interface Started {
  readonly prepared: Prepared;
  readonly running: RunningBox;
}

async function start(context: Context, request: RunCommand): Promise<Started> {
  const prepared = await announced(context, request, []);
  try {
    return { prepared, running: await launch(context, request, prepared) };
  } catch (error) {
    const chosenByUs = prepared.profile.runtime === 'auto' && prepared.box.runtime !== undefined;
    if (!chosenByUs || !(error instanceof UserError) || error.trouble !== 'engine') throw error;
    // It worked once and may have been broken since: another trial tells, and falls back if so.
    await forgetTrials(context.paths.cacheDir);
    const again = await announced(context, request, prepared.notices);
    if (again.box.runtime !== undefined) throw error;
    return { prepared: again, running: await launch(context, request, again) };
  }
}

/** The prepared run; what there is to know of it is said, but for what was said before. */
async function announced(context: Context, request: RunCommand, said: readonly string[]): Promise<Prepared> {
  const prepared = await prepareRun(context, request);
  const news = prepared.notices.filter((notice) => !said.includes(notice));
  for (const notice of news) say(context.io, `agentbox: ${notice}`);
  performance.mark('prepared');
  return prepared;
}

function launch(context: Context, request: RunCommand, prepared: Prepared): Promise<RunningBox> {
  const { engine, profile, agent, facts, box } = prepared;
  const launched = () =>
    withWorkspace(context, prepared, () =>
      exclusively(context, prepared, () =>
        withGateway(context, prepared, async (wiring) => {
          performance.mark('gateway');
          await ensureClientState(context.paths, profile.client, agent.name, facts.caller, box, request.scratch);
          if (request.replaces !== undefined) await takePlace(context, prepared, request.replaces);
          const record = await openWorkspace(context, prepared);
          performance.mark('workspace');
          // The gateway makes the volume that the box mounts: who mounts a new one first decides whose it is.
          const payload = readyToStart(context, prepared, await wiring, record);
          return withSshAgent(prepared, () =>
            withPorts(context, prepared, request.detach, () =>
              engine.launch({
                spec: box,
                payload,
                approve: approver(engine, box, prepared.imageEnv),
                streams: request.detach ? undefined : streamsOf(context.io, box.terminal),
                detachKeys: keysOf(request, prepared),
              }),
            ),
          ).finally(() => payload.catch(() => {}));
        }),
      ),
    );
  return uninterrupted(launched, async (running) => {
    running.detach();
    await engine.remove(running.id);
    await closeWorkspace(context, prepared);
  });
}

/** The payload of a box, which makes it start, once its record is on the disk; the engine makes the box meanwhile. */
function readyToStart(
  { paths }: Context,
  { frames }: Prepared,
  wiring: readonly Frame[],
  record: WorkspaceRecord | undefined,
): Promise<Buffer> {
  const written = record === undefined ? Promise.resolve() : writeRecord(paths, record);
  const payload = written.then(() => encodePayload([...frames, ...wiring]));
  // Whoever launches tells.
  payload.catch(() => {});
  return payload;
}

/** What passes requests of the box's SSH agent on, and what ends it in time, is this program: it cannot go. */
function keysOf({ timeout, detachKeys }: RunCommand, { profile }: Prepared): string | undefined {
  return timeout !== undefined || hasSshAgent(profile) ? undefined : detachKeys;
}

async function attend(
  context: Context,
  request: RunCommand,
  prepared: Prepared,
  running: RunningBox,
  results: Io,
): Promise<number> {
  const { engine, agent, box, facts } = prepared;
  const began = context.now();
  const joined = { ...joinedTo(prepared), running, timeout: request.timeout };
  return stayJoined(context, joined, async (code) => {
    performance.mark('ended');
    trace(context.io, `${agent.title} ended with ${code}`);
    // Each takes its time and none needs the other; a failure is told last, when nothing is left undone.
    const gone = goes(request, engine, running.id);
    gone.catch(() => {});
    const { forgotten } = await leaveGateway(context, prepared);
    performance.mark('told');
    for (const path of facts.shared === undefined ? [] : await changedIn(facts.shared, agent)) {
      say(
        context.io,
        `agentbox: share_host_login: ${path} is new or was replaced: look at it before you use ${agent.title} here`,
      );
    }
    await closeWorkspace(context, prepared);
    performance.mark('closed');
    await Promise.all([gone, forgotten]);
    performance.mark('discarded');
    trace(context.io, 'its work is taken in, and the box is gone');
    await endOfRun({ ...context, io: results }, request, prepared, { code, began });
    if (request.keep) say(context.io, `agentbox: ${box.name} is kept: agentbox run --resume --name ${box.name}`);
  });
}

/** A name is free again when the run has ended; nobody waits for other boxes to be gone. */
async function goes({ keep, name }: RunCommand, engine: Prepared['engine'], id: string): Promise<void> {
  if (!keep) await (name === undefined ? engine.discard(id) : engine.remove(id));
}

function joinedTo({ engine, profile, project, facts, box }: Prepared): Omit<JoinedBox, 'running'> {
  const { client, workspace } = profile;
  const watched = { client, box: box.name, project: project.path, workspace, facts: facts.workspace };
  const record = project.scratch ? undefined : watched;
  return { engine, client, name: box.name, terminal: box.terminal, record };
}
