import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL = 20;
/** Milliseconds that a gateway that has just been started may take to listen. */
const PATIENCE = 10_000;

/** Joins `input` and `output` to the control socket until either side ends. Rejects when nobody listens there. */
export async function control(path: string, input: Readable, output: Writable): Promise<void> {
  const socket = await reach(path);
  const ended = new Promise<void>((resolve) => {
    for (const stream of [input, output, socket]) stream.on('error', () => resolve());
    socket.on('close', () => resolve());
    input.on('end', () => resolve());
  });
  input.pipe(socket);
  socket.pipe(output);
  await ended;
  socket.destroy();
}

async function reach(path: string): Promise<Socket> {
  for (const until = performance.now() + PATIENCE; ; await sleep(POLL)) {
    try {
      return await dial(path);
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
