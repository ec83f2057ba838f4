import type { Launch, RunningBox } from '../engine.ts';
import { attend, leave } from './attend.ts';
import { removeBox } from './boxes.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { createBox } from './create.ts';
import { watchExit } from './exitWatch.ts';
import { inspectBox, type ReadFacts } from './inspect.ts';
import { closeLater, openAll } from './open.ts';
import { attachInput, attachOutput } from './wires.ts';

/** See Engine.launch: create, look at what was made, start, hand over the payload, and stay or leave. */
export async function launch(client: DockerClient, facts: ReadFacts, request: Launch): Promise<RunningBox> {
  const { spec, streams, detachKeys } = request;
  const id = await createBox(client, spec, streams?.terminal?.size());
  performance.mark('created');
  const opening = openAll([attachInput(client, id), attachOutput(client, id), watchExit(client, id, 'next-exit')]);
  try {
    const [actual, [input, output, watch]] = await Promise.all([inspectBox(client, id, facts), opening]);
    request.approve(actual);
    performance.mark('approved');
    const payload = await request.payload;
    performance.mark('payload');
    await start(client, id);
    performance.mark('up');
    const box = { client, id, terminal: spec.terminal, payload, input, output, watch, detachKeys };
    return await (streams === undefined ? leave(box) : attend(box, streams));
  } catch (error) {
    closeLater(opening);
    await removeBox(client, id).catch(() => {});
    throw error;
  }
}

async function start(client: DockerClient, id: string): Promise<void> {
  await client.call(
    'starting the box',
    (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }),
    SLOW_LIMIT,
  );
}
