import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';
import { readRecord } from './record.ts';
import { closeRecord } from './settle.ts';

/** After the end of a box: takes its work in, or says where it is. Each step may be done again by a later command. */
export async function closeWorkspace(context: Context, { profile, box }: Prepared): Promise<void> {
  const record = await readRecord(context.paths, profile.client, box.name);
  if (record !== undefined) await closeRecord(context, record);
}
