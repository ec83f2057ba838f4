import type { Context } from '../context.ts';
import { print, say } from '../ui/io.ts';
import { prepareRun } from './prepare.ts';
import type { RunCommand } from './run.ts';

/**
 * Makes a box that waits for its start: all that would refuse it has been asked, and it has its name, its image and what it was asked
 * for. Nothing of the host is in it and nothing of it is secret: the start makes it anew, with its mounts, and looks at it like at any other.
 */
export async function createOnly(context: Context, request: RunCommand): Promise<number> {
  const { engine, box, notices } = await prepareRun(context, request);
  for (const notice of notices) say(context.io, `agentbox: ${notice}`);
  await engine.create({ ...box, mounts: [], tmpfs: [] });
  print(context.io, box.name);
  say(context.io, `agentbox: it waits for its start: agentbox attach ${box.name}`);
  return 0;
}
