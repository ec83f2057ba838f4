import { UserError } from '../../errors.ts';
import type { RunningBox, Streams } from '../engine.ts';
import type { DockerClient } from './client.ts';
import { watchExit } from './exitWatch.ts';
import { joinTerminal } from './input.ts';
import { inspectContainer } from './inspect.ts';
import { closeAll, openAll } from './open.ts';
import { copyOutput } from './output.ts';
import { boxResizer, type Resize } from './resize.ts';
import { follow, leaving } from './running.ts';
import { attachInput, attachOutput } from './wires.ts';

/**
 * See Engine.attach. A box without a terminal only shows its output: its input belongs to who launched it. Throws
 * UserError('box') when the box is not running.
 */
export async function attach(client: DockerClient, id: string, streams: Streams, keys?: string): Promise<RunningBox> {
  const { State: state, Config: config } = await inspectContainer(client, id);
  if (!state.Running) throw notRunning(id);
  const terminal = config.Tty === true;
  return terminal ? attachTerminal(client, id, streams, keys) : attachPipes(client, id, streams);
}

async function attachPipes(client: DockerClient, id: string, streams: Streams): Promise<RunningBox> {
  const open = await openAll([attachOutput(client, id), watchExit(client, id, 'not-running')]);
  const [out, watch] = open;
  const output = copyOutput(out, streams, { terminal: false });
  return follow({ id, output, code: watch.code, letGo: () => closeAll(open) });
}

async function attachTerminal(
  client: DockerClient,
  id: string,
  streams: Streams,
  keys: string | undefined,
): Promise<RunningBox> {
  const open = await openAll([attachInput(client, id), attachOutput(client, id), watchExit(client, id, 'not-running')]);
  const [input, out, watch] = open;
  const output = copyOutput(out, streams, { terminal: true });
  const resize = boxResizer(client, id);
  const { left, onDetach } = leaving();
  const takeBack = joinTerminal(streams, input, resize, { keys, onDetach });
  if (streams.terminal !== undefined) await redraw(resize, streams.terminal.size());
  const letGo = () => {
    takeBack();
    closeAll(open);
  };
  return follow({ id, output, code: watch.code, letGo, left });
}

/** Programs draw themselves anew when the size changes; it may be the same as before, so it changes twice. */
async function redraw(resize: Resize, { rows, columns }: { rows: number; columns: number }): Promise<void> {
  await resize({ rows: rows + 1, columns });
  await resize({ rows, columns });
}

function notRunning(id: string): UserError {
  return new UserError('box', 'the box is not running', {
    why: 'it has ended, or was never started',
    next: [`agentbox logs ${id.slice(0, 12)}`, `agentbox rm ${id.slice(0, 12)}`],
  });
}
