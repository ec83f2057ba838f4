import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { CancelledError, UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { discardClone } from '../clone/discardClone.ts';
import { settle } from '../settle.ts';
import { discardAside } from './asideReview.ts';
import { isReviewable } from './isReviewable.ts';
import { settleApply } from './settleApply.ts';
import { type Reviewable, reviewedClone, whichWorkspace } from './which.ts';

/** Milliseconds that another command may be at work on the same workspace. */
const LIMIT = 60_000;

/** Throws a clone away. Asks first; refuses while its box is there. */
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
  const there = (await engine.boxes({})).find(({ name }) => name === kept.box);
  if (there !== undefined) {
    throw new UserError('box', `${kept.box} is still there and has the clone`, {
      next: [there.state === 'running' ? `agentbox stop ${kept.box}` : `agentbox rm --force ${kept.box}`],
    });
  }
  if (kept.record === undefined) {
    if (kept.volume !== undefined) await engine.removeVolume(kept.volume);
    return;
  }
  // The project must not stay in between.
  if (
    kept.record.clone?.base !== undefined &&
    (await settleApply(context, engine, await reviewedClone(context, found)))
  )
    return;
  await discardClone(context, engine, kept.record);
}
