import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { warn } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { gitBox, gitBoxName } from '../gitBox.ts';
import { endHelper } from '../sync/endHelper.ts';
import type { ReviewedClone } from './deps.ts';
import { discardReviewed } from './discardReviewed.ts';
import { readApplyJournal, removeApplyJournal } from './journal.ts';
import { finishLanding } from './land.ts';

/**
 * Ends an apply that was interrupted: on when all was made ready, else back. Nothing to do without a journal. Gives whether the
 * clone is gone with it. Under the lock of the box's workspace. Throws UserError; the clone and the journal stay then.
 */
export async function settleApply(context: Context, engine: Engine, clone: ReviewedClone): Promise<boolean> {
  const { paths, io } = context;
  const { record } = clone;
  const journal = await readApplyJournal(paths, record);
  if (journal === undefined) return false;
  // It may be at work still, though its agentbox is dead.
  await endHelper(engine, gitBoxName(journal.suffix));
  const written = await finishLanding((work) => gitBox(context, engine, record, work), clone, journal);
  if (!written.done) {
    await removeApplyJournal(paths, record);
    warn(io, `agentbox: an apply of ${record.box} was interrupted; ${plain(record.project)} is as it was before`);
    return false;
  }
  for (const line of written.said.split('\n').filter((one) => one !== '')) warn(io, `agentbox: ${plain(line)}`);
  warn(io, `agentbox: an apply of ${record.box} was interrupted and is finished now: ${journal.summary}`);
  if (!journal.whole) {
    await removeApplyJournal(paths, record);
    return false;
  }
  await discardReviewed(context, engine, record);
  return true;
}
