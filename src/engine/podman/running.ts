import { spawn } from 'node:child_process';
import { UserError } from '../../errors.ts';
import type { RunningBox, Streams } from '../engine.ts';
import { type Client, type ClientEnd, startClient } from './client.ts';
import { failed, NEUTRAL_DIRECTORY, type Podman } from './command.ts';
import { inspected } from './inspect.ts';

/** Milliseconds; as long as a timer can be. */
const FOREVER = 2 ** 31 - 1;
/** Codes that podman has for its own trouble, and that an agent may have as well. */
const AMBIGUOUS: readonly number[] = [125, 126, 127];

/** What podman says when it cannot get into a box. */
const NOT_RUNNING = /^Error: .*(?:can only (?:attach to|create exec sessions on) running|no container with name)/m;

/**
 * Follows a box that `client` is connected to. `trusted`: the client's own code is the agent's, unless it is one that
 * podman uses too. `exit` stays open for ever after `detach`.
 */
export function follow(podman: Podman, id: string, client: Client, trusted: boolean): RunningBox {
  let left = false;
  const exit = client.ended.then((end) => {
    if (left) return new Promise<never>(() => {});
    return end.code === undefined || !trusted || AMBIGUOUS.includes(end.code) ? confirmed(podman, id, end) : end.code;
  });
  // Nobody may be waiting yet.
  exit.catch(() => {});
  return {
    id,
    exit,
    detach() {
      left = true;
      client.leave();
    },
  };
}

/** Connects to a running box; see Engine.attach. */
export function attach(podman: Podman, id: string, streams: Streams): RunningBox {
  const args = ['attach', '--sig-proxy=false', '--detach-keys=', id];
  const client = startClient(podman.options, args, streams, { shielded: true });
  const ended = client.ended.then((end) => {
    if (NOT_RUNNING.test(end.stderr)) throw failed(end.stderr);
    return end;
  });
  client.showErrors();
  // This command ends with 0 whatever the agent did.
  return follow(podman, id, { ...client, ended }, false);
}

/** Runs argv in a running box; see Engine.exec. */
export async function execute(
  podman: Podman,
  id: string,
  argv: readonly string[],
  { streams, workdir }: { streams: Streams; workdir?: string },
): Promise<number> {
  const terminal = streams.terminal === undefined ? [] : ['--tty'];
  const place = workdir === undefined ? [] : [`--workdir=${workdir}`];
  const args = ['exec', '--interactive', ...terminal, '--detach-keys=', ...place, id, ...argv];
  const client = startClient(podman.options, args, streams);
  client.showErrors();
  const { code, stderr } = await client.ended;
  if (code === undefined || (code !== 0 && NOT_RUNNING.test(stderr))) throw failed(stderr);
  return code;
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
