import type { Prepared } from '../box/prepare.ts';
import { workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { withLock } from '../state/lock.ts';
import { say } from '../ui/io.ts';
import { formatSpan } from '../ui/time.ts';
import { waiting } from '../ui/waiting.ts';
import { continueClone } from './clone/continueClone.ts';
import { discardClone } from './clone/discardClone.ts';
import { openClone } from './clone/openClone.ts';
import { sweepClones } from './clone/sweepClones.ts';
import { newRecord } from './newRecord.ts';
import { readRecord, recordsOf, removeRecord, type WorkspaceRecord } from './record.ts';

/**
 * Launches a box whose workspace takes its time to be made: a clone is filled before anything waits for the box. It is locked
 * until the box is there, so that no other command takes it for one that was left over. A box that did not start leaves nothing.
 */
export async function withWorkspace<T>(context: Context, prepared: Prepared, launch: () => Promise<T>): Promise<T> {
  const { workspace, client } = prepared.profile;
  if (workspace === 'bind' || prepared.project.scratch) return launch();
  if (workspace === 'clone') {
    await sweepClones(context, prepared.engine, client);
    await tellOthers(context, prepared, prepared.facts.workspace.continues?.box);
  }
  const record = newRecord(context, prepared);
  const { continues } = prepared.facts.workspace;
  if (continues !== undefined) {
    // It holds work: whatever becomes of this start, it stays.
    await continueClone(context, prepared, continues.box, record);
    return withLock(workspaceDir(context.paths, client, record.box), launch);
  }
  return withLock(workspaceDir(context.paths, client, record.box), async () => {
    const before = await readRecord(context.paths, client, record.box);
    try {
      if (workspace === 'clone') await waiting(context.io, 'filling the clone', openClone(context, prepared, record));
      return await launch();
    } catch (error) {
      // What an earlier box of that name has put out for its user stays.
      if (before === undefined) await abandon(context, prepared, record).catch(() => {});
      throw error;
    }
  });
}

async function abandon(context: Context, { engine }: Prepared, { client, box }: WorkspaceRecord): Promise<void> {
  const record = await readRecord(context.paths, client, box);
  if (record?.clone === undefined) return removeRecord(context.paths, { client, box });
  await discardClone(context, engine, record);
}

/** One line for each clone of the project that waits for its review; another for the one that the run goes on in. */
async function tellOthers(
  { paths, io, now }: Context,
  { profile, project, engine }: Prepared,
  continued: string | undefined,
): Promise<void> {
  for (const record of await recordsOf(paths, profile.client)) {
    if (record.project !== project.path || record.clone?.base === undefined || record.engine !== engine.kind) continue;
    const age = formatSpan(now().getTime() - Date.parse(record.started));
    if (record.box === continued) say(io, `agentbox: goes on in the clone of ${record.box} (${age})`);
    else say(io, `agentbox: another clone of this project is not reviewed yet (${age}): agentbox diff ${record.box}`);
  }
}
