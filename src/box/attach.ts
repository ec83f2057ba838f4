import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UsageError } from '../errors.ts';
import { DETACH_KEYS, detachBytes, detachWords } from '../plan/detachKeys.ts';
import { fromLabels } from '../plan/labels.ts';
import { say } from '../ui/io.ts';
import { hasTerminal, streamsOf } from '../ui/terminal.ts';
import { readRecord } from '../workspace/record.ts';
import { settle } from '../workspace/settle.ts';
import { stayJoined } from './joined/stayJoined.ts';

/** Connects this terminal to a box that runs until it ends or the keys let go of it; gives its exit code, or 0. */
export async function attachTo(
  context: Context,
  engine: Engine,
  box: BoxInfo,
  { detachKeys = DETACH_KEYS }: { readonly detachKeys?: string | undefined },
): Promise<number> {
  const { terminal, client } = fromLabels(box.labels);
  detachBytes(detachKeys);
  if (terminal && !hasTerminal(context.io)) {
    throw new UsageError(`${box.name} has a terminal, and this is none`, [`agentbox logs -f ${box.name}`]);
  }
  // Whoever paused it for a look was killed before it could go on.
  if (box.state === 'paused') await engine.unpause(box.id);
  const how = terminal ? `${detachWords(detachKeys)} lets go of it` : 'Ctrl-C ends it; its input is not from here';
  say(context.io, `agentbox: attached to ${box.name}; ${how}`);
  const running = await engine.attach(box.id, streamsOf(context.io, terminal), detachKeys);
  const record = await readRecord(context.paths, client, box.name);
  return stayJoined(context, { engine, name: box.name, client, terminal, running, record }, async () => {
    await settle(context, client);
  });
}
