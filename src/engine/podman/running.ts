import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { STAGE } from '../../box/payload.ts';
import { UserError } from '../../errors.ts';
import type { ExecOptions, RunningBox, Streams, TerminalSize } from '../engine.ts';
import { type Client, type ClientEnd, startClient } from './client.ts';
import { failed, NEUTRAL_DIRECTORY, type Podman } from './command.ts';
import { inspected } from './inspect.ts';

/** Milliseconds; as long as a timer can be. */
const FOREVER = 2 ** 31 - 1;
/** Codes that podman has for its own trouble, and that an agent may have as well. */
const AMBIGUOUS: readonly number[] = [125, 126, 127];

/** What podman says when it cannot get into a box. */
const NOT_RUNNING = /^Error: .*(?:can only (?:attach to|create exec sessions on) running|no container with name)/m;

/** How a client is followed. `trusted`: its own code is the agent's, unless it is one that podman uses too. */
interface Following {
  readonly trusted: boolean;
  /** The keys that let go of the box. */
  readonly keys?: string | undefined;
}

/** Milliseconds in which a box is let go of. */
const MOMENT = 100;

/** Follows a box that `client` is connected to. `exit` stays open for ever after `detach`. */
export function follow(podman: Podman, id: string, client: Client, { trusted, keys }: Following): RunningBox {
  let left = false;
  let onLeft = () => {};
  const letGo = new Promise<void>((resolve) => {
    onLeft = resolve;
  });
  const exit = client.ended.then(async (end) => {
    // With 0 podman also ends when its keys were typed. Whoever waits for that says that the box is left.
    if (keys !== undefined && !left && end.code === 0 && (await runs(podman, id))) {
      onLeft();
      await sleep(MOMENT);
    }
    if (left) return new Promise<never>(() => {});
    return end.code === undefined || !trusted || AMBIGUOUS.includes(end.code) ? confirmed(podman, id, end) : end.code;
  });
  // Nobody may be waiting yet.
  exit.catch(() => {});
  return {
    id,
    exit,
    ...(keys === undefined ? {} : { left: letGo }),
    detach() {
      left = true;
      client.leave();
    },
  };
}

/** Connects to a running box; see Engine.attach. */
export function attach(podman: Podman, id: string, streams: Streams, detachKeys?: string): RunningBox {
  const keys = streams.terminal === undefined ? undefined : detachKeys;
  const args = ['attach', '--sig-proxy=false', `--detach-keys=${keys ?? ''}`, id];
  const client = startClient(podman.options, args, streams, { shielded: true });
  const ended = client.ended.then((end) => {
    if (NOT_RUNNING.test(end.stderr)) throw failed(end.stderr);
    return end;
  });
  client.showErrors();
  // This command ends with 0 whatever the agent did.
  return follow(podman, id, { ...client, ended }, { trusted: false, keys });
}

/** Runs argv in a running box; see Engine.exec. */
export async function execute(
  podman: Podman,
  id: string,
  argv: readonly string[],
  { streams, workdir, payload }: ExecOptions,
): Promise<number> {
  const terminal = streams.terminal === undefined ? [] : ['--tty'];
  const place = workdir === undefined ? [] : [`--workdir=${workdir}`];
  const channel = payload !== undefined;
  const [fds, stage] = channel ? [['--preserve-fds=1'], [STAGE, 'fd3', '--']] : [[], []];
  const args = ['exec', '--interactive', ...terminal, ...fds, '--detach-keys=', ...place, id, ...stage, ...argv];
  const client = startClient(podman.options, args, streams, { channel });
  client.showErrors();
  if (channel) void client.handOver(payload);
  const { code, stderr } = await client.ended;
  if (code === undefined || (code !== 0 && NOT_RUNNING.test(stderr))) throw failed(stderr);
  return code;
}

/** See Engine.resize: podman has no word for it, so it is said in the box, at the terminal of its first process. */
export async function resizeBox(podman: Podman, id: string, { rows, columns }: TerminalSize): Promise<void> {
  const size = ['rows', `${rows}`, 'cols', `${columns}`];
  await podman.try(['exec', id, 'stty', '-F', '/proc/1/fd/0', ...size]).catch(() => {});
}

async function runs(podman: Podman, id: string): Promise<boolean> {
  const { State: state } = await inspected(podman, id).catch(() => ({ State: undefined }));
  return state?.Status === 'running' || state?.Status === 'paused';
}

/** The exit code of a box, when it has ended. */
export async function waitFor(podman: Podman, id: string): Promise<number> {
  return Number(await podman.run(['wait', id], { timeout: FOREVER }));
}

/** What podman says when rootless boxes have no cgroup that could be frozen. */
const NO_FREEZER = /cgroup ?v1|cgroups? v1|does not have a cgroup/i;
const NOT_PAUSED = /not paused|no container with name/i;

/** See Engine.pause; rootless podman cannot on cgroup v1. */
export async function pauseBox(podman: Podman, id: string): Promise<boolean> {
  const { code, stderr } = await podman.try(['pause', id]);
  if (code === 0) return true;
  if (NO_FREEZER.test(stderr)) return false;
  throw failed(stderr);
}

/** See Engine.unpause. */
export async function unpauseBox(podman: Podman, id: string): Promise<void> {
  const { code, stderr } = await podman.try(['unpause', id]);
  if (code !== 0 && !NO_FREEZER.test(stderr) && !NOT_PAUSED.test(stderr)) throw failed(stderr);
}

/** Removes a box, running or not; none is fine. */
export async function removeBox(podman: Podman, id: string): Promise<void> {
  await podman.run(['rm', '--force', '--time=0', '--volumes', '--ignore', id]);
}

/** Has a box that ended removed; podman goes on with it when this program has ended too, since it takes as long as a start. */
export async function discardBox({ options: { command, env } }: Podman, id: string): Promise<void> {
  const [file, ...args] = [...command, 'rm', '--force', '--time=0', '--volumes', '--ignore', id];
  const child = spawn(file ?? '', args, { cwd: NEUTRAL_DIRECTORY, env, stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

/**
 * How a box really ended, when podman's code alone does not say. One that never started is removed, and what podman said
 * is thrown.
 */
async function confirmed(podman: Podman, id: string, { code, stderr }: ClientEnd): Promise<number> {
  const { State: state = {} } = await inspected(podman, id);
  if (state.StartedAt === undefined || state.StartedAt.startsWith('0001-')) {
    await removeBox(podman, id);
    throw failed(stderr);
  }
  switch (state.Status) {
    case 'running':
    case 'paused':
    case 'stopping':
      return waitFor(podman, id);
    default:
      if (state.ExitCode !== undefined) return state.ExitCode;
      throw new UserError('box', `podman does not say how the box ended`, { why: `it ended itself with ${code}` });
  }
}
