import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { warn } from '../../ui/io.ts';
import { readRecord, type WorkspaceRecord } from '../record.ts';
import { readApplyJournal } from './journal.ts';
import { settleApply } from './settleApply.ts';
import { cloneOf } from './which.ts';

/** Milliseconds that an apply which is at work is waited for. */
const LIMIT = 60_000;

/**
 * Ends an apply of a box's clone that was interrupted, and says so; without one it costs a look at a file. Trouble is told, and
 * a later command tries again.
 */
export async function finishApply(context: Context, { client, box, engine: kind }: WorkspaceRecord): Promise<void> {
  const { paths, io } = context;
  if ((await readApplyJournal(paths, { client, box })) === undefined) return;
  try {
    await withLock(
      workspaceDir(paths, client, box),
      async () => {
        const record = await readRecord(paths, client, box);
        if (record?.clone?.base === undefined) return;
        const engine = await context.engine({ flag: kind, profile: 'auto' });
        await settleApply(context, engine, await cloneOf(context, engine, record, record.clone.base));
      },
      LIMIT,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(io, `agentbox: an apply of ${box} was interrupted and is not finished: ${error.message}`);
  }
}
