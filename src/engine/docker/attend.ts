import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { UserError } from '../../errors.ts';
import type { RunningBox, Streams } from '../engine.ts';
import type { DockerClient } from './client.ts';
import { type ExitWatch, watchExit } from './exitWatch.ts';
import { comesUp, handOverAndLeave, readySign } from './handOver.ts';
import { joinInput, joinTerminal } from './input.ts';
import { closeAll } from './open.ts';
import { copyOutput } from './output.ts';
import { boxResizer } from './resize.ts';
import { follow, leaving } from './running.ts';

/**
 * Milliseconds for the stage to read the payload and make the terminal a normal one again. What was typed ahead must not
 * come before that: a Return or Ctrl-D that arrives at a raw terminal stays an ordinary character.
 */
export const SETTLING = 50;

/** A box that was approved and started, and waits for its payload. */
export interface Started {
  readonly client: DockerClient;
  readonly id: string;
  readonly terminal: boolean;
  readonly payload: Buffer;
  readonly input: Socket;
  readonly output: Socket;
  readonly watch: ExitWatch;
  readonly detachKeys?: string | undefined;
}

/** Hands over the payload and joins the user's streams to the box. */
export async function attend(box: Started, streams: Streams): Promise<RunningBox> {
  const { id, terminal, payload, input, watch } = box;
  const sign = readySign();
  const output = copyOutput(box.output, streams, terminal ? { terminal, filter: sign.filter } : { terminal });
  // A box that ends before it is ready says why in its output, and its exit code goes the usual way.
  const up = terminal ? await comesUp(sign, output) : true;
  const resize = boxResizer(box.client, id);
  if (streams.terminal !== undefined && up) await resize(streams.terminal.size());
  if (up) input.write(payload);
  const { left, onDetach } = leaving();
  const joining = { delay: SETTLING, keys: box.detachKeys, onDetach };
  const takeBack = terminal ? joinTerminal(streams, input, resize, joining) : joinInput(streams.stdin, input);
  const letGo = () => {
    takeBack();
    closeAll([input, box.output, watch]);
  };
  return follow({ id, output, code: watch.code, letGo, left });
}

/** Hands over the payload and lets go; the box runs on by itself. */
export async function leave(box: Started): Promise<RunningBox> {
  const { client, id, terminal } = box;
  const sign = readySign();
  const said = lastWords();
  const sinks = { stdout: said.stream, stderr: said.stream };
  const output = copyOutput(box.output, sinks, { terminal, filter: sign.filter });
  output.catch(() => {});
  if (terminal && !(await comesUp(sign, output))) throw notUp(said.text());
  await handOverAndLeave(box.input, box.payload);
  closeAll([box.input, box.output, box.watch]);
  return {
    id,
    get exit() {
      return watchExit(client, id, 'not-running').then((watch) => watch.code);
    },
    detach() {},
  };
}

function notUp(said: string): UserError {
  return new UserError('box', 'the box ended before the agent was started', {
    ...(said === '' ? {} : { why: said }),
    next: ['agentbox build --rebuild'],
  });
}

/** Keeps the last line that was written. */
function lastWords(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text = (text + chunk.toString()).slice(-2000);
      done();
    },
  });
  return { stream, text: () => text.trim().split('\n').at(-1) ?? '' };
}
