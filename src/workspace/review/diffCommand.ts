import type { Context } from '../../context.ts';
import { print, printJson, say } from '../../ui/io.ts';
import { paint } from '../../ui/paint.ts';
import { gitBox } from '../gitBox.ts';
import { judge } from '../landing/judge.ts';
import { secretFinder } from '../landing/secrets/find.ts';
import { settle } from '../settle.ts';
import { showAside } from './asideReview.ts';
import { withContents } from './contents.ts';
import type { ReviewedClone, RunGit } from './deps.ts';
import { isReviewable } from './isReviewable.ts';
import { knownSecrets } from './known.ts';
import { openPager } from './pager.ts';
import { terminalPatch } from './patchText.ts';
import { projectPaths } from './pathspecs.ts';
import { contentsOf, lookIntoClone, type PatchFormat, writePatch } from './reader.ts';
import { type CloneReport, countLine, reportLines, reportOf } from './report.ts';
import type { CloneSnapshot } from './snapshot.ts';
import { reviewedClone, whichWorkspace } from './which.ts';

/** What `agentbox diff` shows. */
export interface DiffOptions {
  readonly stat?: boolean;
  readonly summary?: boolean;
  readonly json?: boolean;
  readonly paths: readonly string[];
}

/** Shows what is in a clone that the project does not have: a patch on standard output, or what the options ask for. */
export async function diffCommand(context: Context, target: string | undefined, options: DiffOptions): Promise<void> {
  await settle(context);
  const found = await whichWorkspace(context, target, isReviewable(context));
  if (found.kept.workspace !== 'clone') return showAside(context, { kept: found.kept, paths: options.paths }, options);
  const clone = await reviewedClone(context, found);
  const run: RunGit = (work) => gitBox(context, found.engine, clone.record, work);
  const paths = projectPaths(options.paths, context.cwd, clone.record.project);
  const snapshot = await lookIntoClone(run, clone, paths);
  if (options.stat) return showPatch(context, run, { clone, snapshot, paths, format: 'stat' });
  const report = await reportOn(context, run, clone, snapshot);
  if (options.json) return printJson(context.io, report);
  if (options.summary) {
    for (const line of reportLines(report)) print(context.io, line);
    return;
  }
  const format = context.io.outIsTerminal ? 'people' : 'binary';
  await showPatch(context, run, { clone, snapshot, paths, format });
  say(context.io, `agentbox: ${countLine(report)}; agentbox diff ${report.box} --summary names them`);
}

async function reportOn(
  context: Context,
  run: RunGit,
  clone: ReviewedClone,
  snapshot: CloneSnapshot,
): Promise<CloneReport> {
  const secrets = await knownSecrets(context, clone.record);
  const changes = withContents(snapshot.changes, await contentsOf(run, clone, snapshot.changes));
  const texts = snapshot.commits.map(({ id, author, subject }) => ({
    name: `commit ${id.slice(0, 10)}`,
    content: `${author}\n${subject}\n`,
  }));
  return reportOf(clone.record, snapshot, judge(changes, secretFinder(secrets), texts));
}

interface Shown {
  readonly clone: ReviewedClone;
  readonly snapshot: CloneSnapshot;
  readonly paths: readonly string[];
  readonly format: PatchFormat;
}

async function showPatch(context: Context, run: RunGit, { clone, snapshot, paths, format }: Shown): Promise<void> {
  const { io } = context;
  const paged = openPager(context);
  const painted = io.outIsTerminal ? terminalPatch(await paint(io, 'out')) : undefined;
  painted?.pipe(paged.out, { end: false });
  await writePatch(run, clone, snapshot, { format, columns: io.columns, paths }, painted ?? paged.out);
  if (painted !== undefined) {
    const over = new Promise((resolve) => painted.on('end', resolve));
    painted.end();
    await over;
  }
  await paged.end();
}
