import { NO_FLAGS } from '../config/flags.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { DETACH_KEYS } from '../plan/detachKeys.ts';
import { PLAIN_RUN } from './plainRun.ts';
import { runCommand } from './run.ts';

/** Starts a box that waits for it, as it was asked for, and stays with it; gives its exit code. */
export function startWaiting(
  context: Context,
  engine: Engine,
  name: string,
  detachKeys: string = DETACH_KEYS,
): Promise<number> {
  return runCommand(context, {
    ...PLAIN_RUN,
    flags: { ...NO_FLAGS, engine: engine.kind },
    name,
    detachKeys,
  });
}
