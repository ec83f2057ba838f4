import { setTimeout as sleep } from 'node:timers/promises';
import { STAGE } from '../../box/payload.ts';
import { UserError } from '../../errors.ts';
import type { ExecOptions } from '../engine.ts';
import { SETTLING } from './attend.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { lost } from './errors.ts';
import { comesUp, readySign } from './handOver.ts';
import { joinInput, joinTerminal } from './input.ts';
import { copyOutput, type OutputFilter } from './output.ts';
import { execResizer } from './resize.ts';

/** See wires.ts; here only plain characters can be asked for, so it is the keys that people need least. */
const DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^,ctrl-@';
/** The engine notes the exit code a moment after the output has ended. */
const CODE_TRIES = 50;
const CODE_PAUSE = 20;

/** What is run in a box, and how. */
export interface Exec extends ExecOptions {
  readonly argv: readonly string[];
}

/** See Engine.exec. Rejects with UserError('engine') when the engine goes away. */
export async function execInBox(client: DockerClient, box: string, exec: Exec): Promise<number> {
  const { streams, payload } = exec;
  const terminal = streams.terminal !== undefined;
  const id = await createExec(client, box, exec, terminal);
  const body = { Detach: false, Tty: terminal };
  const socket = await client.hijack('starting a program in the box', { path: `/exec/${id}/start`, body });
  socket.on('error', () => {});
  const start = startWatch();
  const sign = readySign();
  const waits = terminal && payload !== undefined;
  const output = copyOutput(socket, streams, { terminal, filter: waits ? sign.filter : start.filter });
  const resize = execResizer(client, id);
  if (streams.terminal !== undefined) void resize(streams.terminal.size());
  // Earlier than that a terminal would echo it.
  const up = !waits || (await comesUp(sign, output));
  if (payload !== undefined && up) socket.write(payload);
  const joining = payload === undefined ? {} : { delay: SETTLING };
  const takeBack = terminal ? joinTerminal(streams, socket, resize, joining) : joinInput(streams.stdin, socket);
  try {
    await output.catch((error: unknown) => {
      throw lost(error, box);
    });
  } finally {
    takeBack();
    socket.destroy();
  }
  const code = await exitCode(client, id);
  return code === 126 && start.notFound() ? 127 : code;
}

/** Docker has 126 for every program that cannot be started, and tells why in its output. */
function startWatch(): { filter: OutputFilter; notFound: () => boolean } {
  let first = '';
  const push = (chunk: Buffer) => {
    if (first.length < 1000) first += chunk.toString();
    return chunk;
  };
  const notFound = () =>
    /^OCI runtime exec failed: (?!.*chdir to cwd).*(no such file or directory|not found in \$PATH)/.test(first);
  return { filter: { push, rest: () => Buffer.alloc(0) }, notFound };
}

async function createExec(client: DockerClient, box: string, exec: Exec, terminal: boolean): Promise<string> {
  const { argv, streams, workdir, payload } = exec;
  const stage = payload === undefined ? [] : [STAGE, terminal ? 'terminal' : 'stdin', '--'];
  const size = streams.terminal?.size();
  const options = {
    Cmd: [...stage, ...argv],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: terminal,
    DetachKeys: DETACH_KEYS,
    ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] as [number, number] }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
  };
  const created = await client.call(
    'preparing a program in the box',
    (docker, abortSignal) => docker.getContainer(box).exec({ ...options, abortSignal }),
    SLOW_LIMIT,
  );
  return created.id;
}

async function exitCode(client: DockerClient, id: string): Promise<number> {
  for (let tries = 0; tries < CODE_TRIES; tries += 1) {
    const exec = await client.get('asking how the program ended', `/exec/${id}/json`);
    const { Running, ExitCode } = exec as { Running: boolean; ExitCode: number | null };
    if (!Running && ExitCode !== null) return ExitCode;
    await sleep(CODE_PAUSE);
  }
  throw new UserError('engine', 'Docker does not say how the program ended', { next: ['agentbox ls'] });
}
