import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { CancelledError, UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { settle } from '../settle.ts';
import { discardAside } from './asideReview.ts';
import { containerOf, discardReviewed } from './discardReviewed.ts';
import { isReviewable } from './isReviewable.ts';
import { settleApply } from './settleApply.ts';
import { type Reviewable, reviewedClone, whichWorkspace } from './which.ts';

/** Milliseconds that another command may be at work on the same workspace. */
const LIMIT = 60_000;

/** Throws a clone away, with its box where that has ended. Asks first; refuses while the box may run. */
export async function discardCommand(
  context: Context,
  target: string | undefined,
  options: { readonly yes?: boolean },
): Promise<void> {
  await settle(context);
  const found = await whichWorkspace(context, target, isReviewable(context));
  if (found.kept.workspace !== 'clone') return discardAside(context, found.kept, options);
  const { client, box, project } = found.kept;
  const question = `Throw away the clone of ${plain(project)} that ${box} worked on?`;
  if (!options.yes && !(await context.prompter.confirm(question, '--yes'))) throw new CancelledError(1);
  await withLock(workspaceDir(context.paths, client, box), () => discard(context, found), LIMIT);
  say(context.io, `the clone of ${box} is gone; ${plain(project)} is as it is`);
}

async function discard(context: Context, found: Reviewable): Promise<void> {
  const { kept, engine } = found;
  const container = await containerOf(engine, kept.box);
  if (container !== undefined && container.state !== 'exited') {
    const next = container.state === 'created' ? 'rm --force' : 'stop';
    throw new UserError('box', `${kept.box} is still there and has the clone`, {
      next: [`agentbox ${next} ${kept.box}`],
    });
  }
  if (kept.record === undefined) {
    if (container !== undefined) await engine.remove(container.id);
    if (kept.volume !== undefined) await engine.removeVolume(kept.volume);
    return;
  }
  // The project must not stay in between.
  if (
    kept.record.clone?.base !== undefined &&
    (await settleApply(context, engine, await reviewedClone(context, found)))
  )
    return;
  await discardReviewed(context, engine, kept.record);
}
