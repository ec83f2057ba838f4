import type { Context } from '../../context.ts';
import { say } from '../../ui/io.ts';
import { removeRecord, type WorkspaceRecord } from '../record.ts';
import { filledOut } from './out.ts';

/** After the end of a box that might only read its project: says where its `/out` is, or removes what nothing is in. */
export async function closeReadonly(context: Context, record: WorkspaceRecord): Promise<void> {
  const out = await filledOut(context, record);
  if (out === undefined) return removeRecord(context.paths, record);
  say(context.io, `agentbox: what it left in /out is in ${out}`);
  say(context.io, `agentbox: agentbox rm --force ${record.box} removes it`);
}
