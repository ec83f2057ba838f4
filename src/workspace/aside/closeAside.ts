import { type Paths, workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { CancelledError, UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { warn } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { readRecord, type WorkspaceRecord, writeRecord } from '../record.ts';
import { findPlanted } from './findPlanted.ts';
import { asideOf, giveBack } from './review.ts';
import type { AsideItem } from './store.ts';
import { asideLines, failedLine, replacedLine } from './tell.ts';

/** Questions at the end of a run; who has more to decide has commands for it. */
const QUESTIONS = 10;

/** Milliseconds that one waits for another who is at work on the same box. */
const LIMIT = 60_000;

/**
 * The last look at the project of a box that has ended: what it left for the host to run is moved aside, and all that was is told.
 * With `ask`, and at a terminal, each is given back on a yes. Looks once for each box. Throws UserError('state').
 */
export async function closeAside(context: Context, record: WorkspaceRecord, ask: boolean): Promise<void> {
  const { io, paths } = context;
  if (record.looked) return;
  const planted = await findPlanted(context, record, true);
  if (planted === undefined) return;
  if (planted.failed.length === 0) await markLooked(paths, record);
  for (const failure of planted.failed) warn(io, `agentbox: ${failedLine(failure)}`);
  const moved = planted.moved.map(({ path }) => path);
  for (const path of planted.replaced) if (!moved.includes(path)) warn(io, `agentbox: ${replacedLine(path)}`);
  if (!planted.complete) warn(io, `agentbox: ${plain(record.project)} is too large to be looked through to its end`);
  const items = await asideOf(paths, record);
  for (const line of asideLines(record.box, items)) warn(io, `agentbox: ${line}`);
  if (!ask || !io.inIsTerminal || !io.errIsTerminal || items.length > QUESTIONS) return;
  try {
    for (const item of items) await decide(context, record, item);
  } catch (error) {
    // Who does not want to be asked has time to decide.
    if (!(error instanceof CancelledError)) throw error;
  }
}

async function markLooked(paths: Paths, { client, box }: WorkspaceRecord): Promise<void> {
  const mark = async () => {
    const record = await readRecord(paths, client, box);
    if (record !== undefined) await writeRecord(paths, { ...record, looked: true });
  };
  await withLock(workspaceDir(paths, client, box), mark, LIMIT);
}

async function decide(context: Context, record: WorkspaceRecord, { path, reason }: AsideItem): Promise<void> {
  const question = `give ${plain(path)} back? (${reason})`;
  if (!(await context.prompter.confirm(question, `agentbox apply ${record.box}`))) return;
  try {
    await giveBack(context.paths, record, [path]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(context.io, `agentbox: ${error.message}: ${error.why ?? ''}`);
  }
}
