import { rm } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { CancelledError, UsageError } from '../../errors.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { print, printJson, say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { asideOf, asidePlace, giveBack, throwAway } from '../aside/review.ts';
import { type AsideItem, asideDir } from '../aside/store.ts';
import type { KeptWorkspace } from '../kept.ts';
import { settle } from '../settle.ts';
import { asideText } from './asideText.ts';
import { openPager } from './pager.ts';
import { projectPaths } from './pathspecs.ts';

/** What was moved aside of a box's workspace, or of it the paths of a command line. */
interface Aside {
  readonly kept: KeptWorkspace;
  readonly paths: readonly string[];
}

/** Shows what was moved aside: why, and what it is. */
export async function showAside(
  context: Context,
  { kept, paths }: Aside,
  { json, stat, summary }: { readonly json?: boolean; readonly stat?: boolean; readonly summary?: boolean },
): Promise<void> {
  const items = await wanted(context, { kept, paths });
  const shown = items.map((item) => ({ ...itemRow(item), place: asidePlace(context.paths, kept, item) }));
  if (json) return printJson(context.io, { box: kept.box, project: kept.project, aside: shown });
  const { out, end } = openPager(context);
  for (const { path, reason, place } of shown) {
    out.write(`${plain(path)}: ${reason}\n`);
    if (stat || summary) continue;
    for (const line of await asideText(place)) out.write(`${line}\n`);
  }
  await end();
}

/** Gives back what was moved aside: at a terminal each on a yes, else with `allowRisky` all. Throws UserError('state'). */
export async function applyAside(
  context: Context,
  { kept, paths }: Aside,
  { allowRisky, dryRun, json }: { readonly allowRisky?: boolean; readonly dryRun?: boolean; readonly json?: boolean },
): Promise<void> {
  const items = await wanted(context, { kept, paths });
  if (dryRun) {
    for (const { path, reason } of items) print(context.io, `${plain(path)}: ${reason}`);
    return;
  }
  const given: AsideItem[] = [];
  for (const item of items) {
    const question = `Give ${plain(item.path)} back? (${item.reason})`;
    if (!allowRisky && !(await context.prompter.confirm(question, '--allow-risky'))) continue;
    await giveBack(context.paths, kept, [item.path]);
    given.push(item);
    say(context.io, `${plain(item.path)} is in ${plain(kept.project)} again`);
  }
  if (json) printJson(context.io, { box: kept.box, project: kept.project, given: given.map(itemRow) });
  await afterwards(context, kept);
}

/** Throws away what was moved aside. Asks first. Throws UserError('state'). */
export async function discardAside(
  context: Context,
  kept: KeptWorkspace,
  { yes }: { readonly yes?: boolean },
): Promise<void> {
  const items = await wanted(context, { kept, paths: [] });
  for (const { path, reason } of items) say(context.io, `${plain(path)}: ${reason}`);
  if (!yes && !(await context.prompter.confirm(`Throw this of ${kept.box} away?`, '--yes')))
    throw new CancelledError(1);
  await throwAway(context.paths, kept);
  say(context.io, `what ${kept.box} had left aside is gone; ${plain(kept.project)} is as it is`);
  await afterwards(context, kept);
}

async function wanted(context: Context, { kept, paths }: Aside): Promise<readonly AsideItem[]> {
  const items = await asideOf(context.paths, kept);
  const only = projectPaths(paths, context.cwd, kept.project);
  for (const path of only) {
    if (items.some((item) => item.path === path)) continue;
    throw new UsageError(
      `${path} was not moved aside`,
      items.map((item) => plain(item.path)),
    );
  }
  return only.length === 0 ? items : items.filter(({ path }) => only.includes(path));
}

/** With nothing left aside the record of a box that ended has nothing to keep. */
async function afterwards(context: Context, kept: KeptWorkspace): Promise<void> {
  const folder = asideDir(context.paths, kept);
  if ((await asideOf(context.paths, kept)).length > 0) return;
  await orStateTrouble(`cannot remove ${folder}`, () => rm(folder, { recursive: true, force: true }));
  await settle(context, kept.client);
}

function itemRow({ path, kind, reason, at }: AsideItem): Pick<AsideItem, 'path' | 'kind' | 'reason' | 'at'> {
  return { path, kind, reason, at };
}
