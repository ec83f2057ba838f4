import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { readRecord, recordsOf } from '../record.ts';
import { discardClone } from './discardClone.ts';

/**
 * Removes what is left of clones that were never whole, or no longer: their launcher was killed while it made or removed them.
 * One that is being made is locked, and left alone; so is one that cannot be removed now.
 */
export async function sweepClones(context: Pick<Context, 'paths'>, engine: Engine, client: string): Promise<void> {
  const { paths } = context;
  for (const { box, clone, engine: kind } of await recordsOf(paths, client)) {
    if (clone === undefined || clone.base !== undefined || kind !== engine.kind) continue;
    const sweep = async () => {
      const record = await readRecord(paths, client, box);
      if (record?.clone !== undefined && record.clone.base === undefined) await discardClone(context, engine, record);
    };
    await withLock(workspaceDir(paths, client, box), sweep, 0).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
    });
  }
}
