import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { labelsOfHelpers } from '../../plan/helperBox.ts';
import { removeRecord, type WorkspaceRecord, writeRecord } from '../record.ts';

/**
 * Removes a clone and its record for good. The record first becomes that of a clone which was never whole, so that a later
 * command goes on where this one was interrupted. Throws UserError while a container has the volume.
 */
export async function discardClone(
  { paths }: Pick<Context, 'paths'>,
  engine: Engine,
  record: WorkspaceRecord,
): Promise<void> {
  const { clone } = record;
  if (clone !== undefined) {
    const gone = { ...record, clone: { volume: clone.volume } };
    // On a full disk the volume goes first, which makes room.
    if (clone.base !== undefined) await writeRecord(paths, gone).catch(onlyTrouble);
    // One whose launcher was killed has the volume for ever.
    for (const { id } of await engine.boxes(labelsOfHelpers(record.box))) await engine.remove(id);
    await engine.removeVolume(clone.volume);
  }
  await removeRecord(paths, record);
}

function onlyTrouble(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
}
