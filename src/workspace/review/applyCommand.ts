import { join } from 'node:path';
import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { CancelledError, UserError } from '../../errors.ts';
import { digest } from '../../plan/gatewayNames.ts';
import { fromLabels } from '../../plan/labels.ts';
import { withLock } from '../../state/lock.ts';
import { print, printJson, say, warn } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { gitBox } from '../gitBox.ts';
import { type Judgement, judge } from '../landing/judge.ts';
import { secretFinder } from '../landing/secrets/find.ts';
import { settle } from '../settle.ts';
import { applyAside } from './asideReview.ts';
import { type Answers, askAbout } from './ask.ts';
import { withContents } from './contents.ts';
import type { ReviewedClone, RunGit } from './deps.ts';
import { containerOf, discardReviewed } from './discardReviewed.ts';
import { isReviewable } from './isReviewable.ts';
import { readApplyJournal, removeApplyJournal, writeApplyJournal } from './journal.ts';
import { knownSecrets } from './known.ts';
import { fetchWork, type GiveTo, planLanding, type Written, writeLanding } from './land.ts';
import { type Landing, landedLines, landingLines, landingOf, summaryOf } from './landing.ts';
import type { ReadyPlan } from './landingPlan.ts';
import { projectPaths } from './pathspecs.ts';
import { lookIntoClone } from './reader.ts';
import type { Wanted } from './request.ts';
import { settleApply } from './settleApply.ts';
import { textsOf } from './texts.ts';
import { troubleLines } from './trouble.ts';
import { reviewedClone, whichWorkspace } from './which.ts';

/** How a clone lands. */
export interface ApplyOptions {
  readonly patch?: boolean;
  readonly allowRisky?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly paths: readonly string[];
  /** A point of images/workspace/write-apply where it is to die; for tests alone. */
  readonly fault?: string;
}

/** Milliseconds that another command may be at work on the same workspace. */
const LIMIT = 60_000;

/**
 * Brings what a clone has into its project, all of it or nothing. Gives the exit code: 0, or 1 when it does not go together with
 * what the project has now. Throws UserError.
 */
export async function applyCommand(
  context: Context,
  target: string | undefined,
  options: ApplyOptions,
): Promise<number> {
  await settle(context);
  const found = await whichWorkspace(context, target, isReviewable(context));
  if (found.kept.workspace !== 'clone') {
    await applyAside(context, { kept: found.kept, paths: options.paths }, options);
    return 0;
  }
  const { client, box } = found.kept;
  const { paths } = context;
  return withLock(
    workspaceDir(paths, client, box),
    async () => {
      const clone = await reviewedClone(context, found);
      if (await settleApply(context, found.engine, clone)) return 0;
      return applyClone(context, found.engine, clone, options);
    },
    LIMIT,
  );
}

async function applyClone(
  context: Context,
  engine: Engine,
  clone: ReviewedClone,
  options: ApplyOptions,
): Promise<number> {
  const { paths, caller, cwd } = context;
  const { record } = clone;
  const run: RunGit = (work) => gitBox(context, engine, record, work);
  const giveTo: GiveTo = caller.uid === 0 ? record.user : undefined;
  const only = projectPaths(options.paths, cwd, record.project);
  const found = await lookIntoClone(run, clone, []);
  const commits = !options.patch && only.length === 0;
  // Commits that do not land are not even fetched: what is wrong with them must not keep the changes out.
  const snapshot = commits ? found : { ...found, head: undefined };
  await fetchWork(run, clone, snapshot, { whole: false, giveTo });
  try {
    const decide = async (wanted: Wanted): Promise<ReadyPlan | undefined> => {
      let plan = await planLanding(run, clone, snapshot, { wanted, giveTo });
      if (plan.kind === 'lacking') {
        await fetchWork(run, clone, snapshot, { whole: true, giveTo });
        plan = await planLanding(run, clone, snapshot, { wanted, giveTo });
      }
      if (plan.kind === 'ready') return plan;
      for (const line of troubleLines(plan, record.box)) warn(context.io, line);
      if (options.json) printJson(context.io, { box: record.box, project: record.project, landed: false, ...plan });
      return undefined;
    };
    const all: Wanted = { only, except: [], commits };
    const first = await decide(all);
    if (first === undefined) return 1;
    const secrets = await knownSecrets(context, record);
    const judgement = judge(withContents(first.landing, first.contents), secretFinder(secrets), textsOf(first));
    const answers = await askAbout(context, judgement, options);
    const plan = answers.except.length === 0 && answers.commits ? first : await decide(answered(all, answers));
    if (plan === undefined) return 1;
    const landing = landingOf(clone, snapshot, plan, { ...options, only, except: answers.except });
    return await landClone(context, engine, { clone, run, giveTo, plan, landing, judgement, options });
  } finally {
    // Where it began to write and nobody knows how that ended, the next command needs what is there.
    await removeUnlessBegun(paths, clone);
  }
}

function answered(wanted: Wanted, { except, commits }: Answers): Wanted {
  return { ...wanted, except, commits: wanted.commits && commits };
}

interface Deciding {
  readonly clone: ReviewedClone;
  readonly run: RunGit;
  readonly giveTo: GiveTo;
  readonly plan: ReadyPlan;
  readonly landing: Landing;
  readonly judgement: Judgement;
  readonly options: ApplyOptions;
}

async function landClone(context: Context, engine: Engine, deciding: Deciding): Promise<number> {
  const { io, paths, prompter } = context;
  const { clone, run, giveTo, plan, landing, judgement, options } = deciding;
  const { record } = clone;
  if (options.dryRun) {
    if (options.json) printJson(io, { ...landing, judgement, landed: false });
    else for (const line of landingLines(landing)) print(io, line);
    return 0;
  }
  if (!options.yes && io.inIsTerminal && io.errIsTerminal) {
    for (const line of landingLines(landing)) warn(io, line);
    if (!(await prompter.confirm(`Bring this into ${plain(record.project)}?`, '--yes'))) throw new CancelledError(1);
  }
  const suffix = digest([paths.dataDir, record.client, record.box]);
  const container = await containerOf(engine, record.box);
  const running = container !== undefined && (container.state !== 'exited' || fromLabels(container.labels).keep);
  const whole = landing.whole && !running;
  const orders = { box: record.box, way: plan.way, aside: landing.branch };
  const order = { suffix, giveTo, ...(options.fault === undefined ? {} : { fault: options.fault }) };
  const write = async () => {
    await writeApplyJournal(paths, record, { format: 1, suffix, whole, summary: summaryOf(landing) });
    return writeLanding(run, clone, orders, order);
  };
  // Two clones of one project land one after the other; what was decided before is looked at again.
  const written = await withLock(join(paths.dataDir, 'apply'), write, LIMIT);
  if (!written.done) {
    await removeApplyJournal(paths, record);
    throw unwritten(clone, written);
  }
  for (const line of written.said.split('\n').filter((one) => one !== '')) warn(io, `agentbox: ${plain(line)}`);
  if (whole) await discardReviewed(context, engine, record);
  else await removeApplyJournal(paths, record);
  if (options.json) printJson(io, { ...landing, judgement, landed: true, clone: whole ? 'gone' : 'kept' });
  for (const line of landedLines(landing, { whole, running })) say(io, `agentbox: ${line}`);
  return 0;
}

function unwritten({ record }: ReviewedClone, { why }: Extract<Written, { done: false }>): UserError {
  const full = /No space left|quota exceeded/i.test(why);
  return new UserError('state', `nothing of ${record.box} has landed; ${plain(record.project)} is as it was`, {
    why: full ? 'the disk is full (ENOSPC)' : plain(why),
    next: [full ? 'make room, then try again' : `agentbox apply ${record.box}`],
  });
}

async function removeUnlessBegun(paths: Context['paths'], { record }: ReviewedClone): Promise<void> {
  if ((await readApplyJournal(paths, record)) === undefined) await removeApplyJournal(paths, record);
}
