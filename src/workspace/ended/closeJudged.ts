import type { Context } from '../../context.ts';
import { warn } from '../../ui/io.ts';
import type { KnownSecret } from '../landing/secrets/known.ts';
import type { WorkspaceRecord } from '../record.ts';
import type { Brought } from '../sync/bringBack.ts';
import { judgeCommits } from './judgeCommits.ts';
import { type EndJudgement, judgeEnded, NOT_JUDGED } from './judgeEnded.ts';
import { tellEnded } from './tellEnded.ts';

/** Lines of a list, without its title and its count of more. */
const OF_FILES = 6;
const OF_COMMITS = 3;

/**
 * Tells what of the files of a bind box that has ended runs on this machine, and where a secret was written. `known` are its
 * client's secrets, missing for a box that was found ended: nobody knows them any more. Throws UserError.
 */
export async function closeFiles(
  context: Context,
  record: WorkspaceRecord,
  known: readonly KnownSecret[] | undefined,
): Promise<EndJudgement> {
  if (record.workspace !== 'bind' || record.looked === true) return NOT_JUDGED;
  const judgement = await judgeEnded(context, record, known ?? []);
  // Found later, the user's own changes since then are among them.
  const when = known === undefined ? 'since the box began' : 'while the box ran';
  tell(context, judgement, {
    title: `look at this before you run anything here; it changed ${when}:`,
    incomplete: `not all of what changed ${when} is looked through`,
    all: record.facts.repositories.length > 0 ? 'git status and git diff show what changed' : undefined,
    lines: OF_FILES,
  });
  return judgement;
}

/** Tells the same of commits that came back, but for what `files` told already. Throws UserError. */
export async function closeCommits(
  context: Context,
  record: WorkspaceRecord,
  brought: readonly Brought[],
  known: readonly KnownSecret[] | undefined,
  files: EndJudgement,
): Promise<EndJudgement> {
  if (record.workspace !== 'bind' || (record.looked === true && brought.length === 0)) return NOT_JUDGED;
  const judgement = await judgeCommits(context, record, brought, known ?? [], files);
  tell(context, judgement, {
    title: 'look at this before you push or check out what came back; it is in commits:',
    incomplete: 'not all commits are looked through',
    all: 'git log -p shows them',
    lines: OF_COMMITS,
  });
  return judgement;
}

function tell({ io }: Context, judgement: EndJudgement, words: Parameters<typeof tellEnded>[1]): void {
  for (const line of tellEnded(judgement, words)) warn(io, `agentbox: ${line}`);
}
