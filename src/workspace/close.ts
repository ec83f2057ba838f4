import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { say } from '../ui/io.ts';
import { closeClone } from './clone/closeClone.ts';
import { closeReadonly } from './readonly/closeReadonly.ts';
import { readRecord } from './record.ts';
import { closeRecord } from './settle.ts';

/** After the end of a box: takes its work in, or says where it is. Each step may be done again by a later command. */
export async function closeWorkspace(context: Context, { engine, profile, box }: Prepared): Promise<void> {
  const record = await readRecord(context.paths, profile.client, box.name);
  if (record === undefined) return;
  try {
    if (record.workspace === 'clone') await closeClone(context, engine, record);
    else if (record.workspace === 'readonly') await closeReadonly(context, record);
    else await closeRecord(context, record, true);
  } catch (error) {
    // Nothing is lost, and the agent's exit code is what the caller waits for.
    if (!(error instanceof UserError)) throw error;
    say(context.io, `agentbox: the ${record.workspace} of ${record.box} stays: ${error.message}; agentbox ls shows it`);
  }
}
