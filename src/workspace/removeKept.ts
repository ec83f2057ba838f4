import { workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { withLock } from '../state/lock.ts';
import { discardClone } from './clone/discardClone.ts';
import type { KeptWorkspace } from './kept.ts';
import { readRecord, removeRecord } from './record.ts';

/** Milliseconds that a start of the box may take before its workspace is said to be in use. */
const LIMIT = 2000;

/**
 * Removes what is kept of a workspace for good, reviewed or not; `unless` is asked once it is sure that no box is being made
 * of it, and true leaves it. Gives whether it is gone. Throws UserError('state') while a box is being made of it.
 */
export async function removeKept(
  context: Context,
  engine: Engine,
  { client, box, volume }: KeptWorkspace,
  unless: () => Promise<boolean> = async () => false,
): Promise<boolean> {
  const { paths } = context;
  const remove = async () => {
    if (await unless()) return false;
    const record = await readRecord(paths, client, box);
    if (record?.clone !== undefined) await discardClone(context, engine, record);
    else if (volume !== undefined) await engine.removeVolume(volume);
    await removeRecord(paths, { client, box });
    return true;
  };
  return withLock(workspaceDir(paths, client, box), remove, LIMIT);
}
