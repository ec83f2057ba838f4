import type { Context } from '../../context.ts';
import type { BoxInfo, Engine } from '../../engine/engine.ts';
import { discardClone } from '../clone/discardClone.ts';
import type { WorkspaceRecord } from '../record.ts';

/** The container of a box, where there is one. */
export async function containerOf(engine: Engine, box: string): Promise<BoxInfo | undefined> {
  return (await engine.boxes({})).find(({ name }) => name === box);
}

/** Removes a clone for good, and what is left of its box when that has ended. Throws UserError while the box runs. */
export async function discardReviewed(context: Context, engine: Engine, record: WorkspaceRecord): Promise<void> {
  const container = await containerOf(engine, record.box);
  if (container?.state === 'exited') await engine.remove(container.id);
  await discardClone(context, engine, record);
}
