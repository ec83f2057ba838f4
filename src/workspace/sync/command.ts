import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import { print, printJson, say } from '../../ui/io.ts';
import { closeAside } from '../aside/closeAside.ts';
import { closeCommits, closeFiles } from '../ended/closeJudged.ts';
import { NOT_JUDGED } from '../ended/judgeEnded.ts';
import { allRecords, type WorkspaceRecord } from '../record.ts';
import { endedAmong, syncRecord } from '../settle.ts';
import type { Brought } from './bringBack.ts';
import { tellBrought } from './tell.ts';

/** What `agentbox sync` was asked. */
export interface SyncCommand {
  /** A box or a folder; undefined: the working directory. */
  readonly target: string | undefined;
  readonly client: string | undefined;
  /** Bytes. */
  readonly maxPack: number | undefined;
  readonly json: boolean;
}

/** Brings the commits of boxes to the host now, also of those that run, and prints a line for each ref that came. */
export async function syncCommand(context: Context, { target, client, maxPack, json }: SyncCommand): Promise<void> {
  const records = (await allRecords(context.paths, client)).filter(({ workspace }) => workspace === 'bind');
  const chosen = await choose(context, records, target);
  const ended = await endedAmong(context, chosen);
  const all: (readonly [record: WorkspaceRecord, brought: Brought])[] = [];
  let trouble: unknown;
  for (const record of chosen) {
    const isOver = ended.includes(record);
    const mine: Brought[] = [];
    const onBrought = (brought: Brought) => {
      mine.push(brought);
      all.push([record, brought]);
    };
    try {
      if (isOver) await closeAside(context, record, true);
      const files = isOver ? await closeFiles(context, record, undefined) : NOT_JUDGED;
      await syncRecord(context, record, { ended: isOver, maxPack, onBrought });
      if (mine.length > 0) await closeCommits(context, record, mine, undefined, files);
    } catch (error) {
      trouble ??= error;
    }
  }
  const lines = all.flatMap(([, brought]) => tellBrought(brought));
  if (json)
    printJson(
      context.io,
      all.flatMap(([record, brought]) => rows(record, brought)),
    );
  else for (const line of lines) print(context.io, line);
  if (trouble !== undefined) throw trouble;
  if (!json && lines.length === 0) say(context.io, 'nothing new');
}

async function choose(
  context: Context,
  records: readonly WorkspaceRecord[],
  target: string | undefined,
): Promise<readonly WorkspaceRecord[]> {
  const path = resolve(context.cwd, target ?? '.');
  const folder = await stat(path).then(
    async (entry) => (entry.isDirectory() ? realpath(path) : undefined),
    () => undefined,
  );
  const named = target === undefined ? [] : records.filter(({ box }) => box === target || box.endsWith(`-${target}`));
  if (named.length > 0) return named;
  if (folder === undefined) {
    const next = records.length === 0 ? ['agentbox ls'] : [`boxes: ${records.map(({ box }) => box).join(', ')}`];
    throw new UserError('box', `there is no box ${target} with commits to bring back, and no folder of that name`, {
      next,
    });
  }
  return records.filter(({ project }) => isWithin(folder, project));
}

function rows({ box, client, project }: WorkspaceRecord, { place, moves, news }: Brought) {
  return moves.map(({ ref, to, from, id, aside }) => ({
    ...{ box, client, project, repository: place, ref, to, from, id },
    ...{ commits: ref === 'HEAD' ? undefined : news.commits[ref], aside },
  }));
}
