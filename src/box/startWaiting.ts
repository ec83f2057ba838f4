import { NO_FLAGS } from '../config/flags.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { DETACH_KEYS } from '../plan/detachKeys.ts';
import { runCommand } from './run.ts';

/** Starts a box that waits for it, as it was asked for, and stays with it; gives its exit code. */
export function startWaiting(
  context: Context,
  engine: Engine,
  name: string,
  detachKeys: string = DETACH_KEYS,
): Promise<number> {
  return runCommand(context, {
    flags: { ...NO_FLAGS, engine: engine.kind },
    ...{ name, dir: '.', scratch: false, args: [], command: undefined, detachKeys },
    ...{
      login: false,
      timeout: undefined,
      resume: false,
      freshCreds: false,
      detach: false,
      dryRun: false,
      json: false,
    },
  });
}
