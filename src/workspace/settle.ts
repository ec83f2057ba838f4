import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clientDir, workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { clientsWithState } from '../state/clientState.ts';
import { withLock } from '../state/lock.ts';
import { say, warn } from '../ui/io.ts';
import { plain } from '../ui/plain.ts';
import { waiting } from '../ui/waiting.ts';
import { closeAside } from './aside/closeAside.ts';
import { closeCommits, closeFiles } from './ended/closeJudged.ts';
import type { EndNews } from './endNews.ts';
import type { KnownSecret } from './landing/secrets/known.ts';
import { tellNews } from './news.ts';
import { filledOut } from './readonly/out.ts';
import { allRecords, readRecord, removeRecord, type WorkspaceRecord, writeRecord } from './record.ts';
import { finishApply } from './review/finishApply.ts';
import { type BringOptions, type Brought, bringBack } from './sync/bringBack.ts';
import { tellBrought } from './sync/tell.ts';

/** Milliseconds that one waits for another who is at work on the same box or client. */
const LIMIT = 60_000;

/**
 * Takes in what boxes left behind that do not run any more, of one client or of all: their launcher was killed, or they ran detached.
 * Without records it costs the reading of a folder. Tells what came; trouble with one is told and stops nothing. False when there was
 * nothing that could have changed a project.
 */
export async function settle(context: Context, client?: string): Promise<boolean> {
  const any = await takeIn(context, client);
  await tellNews(context, client === undefined ? await clientsWithState(context.paths) : [client]);
  return any;
}

/** The same without what the watcher of boxes has kept to be told. */
export async function takeIn(context: Context, client?: string): Promise<boolean> {
  const records = await allRecords(context.paths, client);
  for (const record of records) if (record.workspace === 'clone') await finishApply(context, record);
  for (const record of await endedAmong(context, records)) {
    if (record.held === undefined) await closeRecord(context, record);
    else if (record.workspace === 'bind') warn(context.io, keptLine(record, record.held));
  }
  return records.length > 0;
}

/** Those whose box does not run. Under the client's lock no box is just being started, whose record comes before it. */
export async function endedAmong(
  context: Context,
  records: readonly WorkspaceRecord[],
): Promise<readonly WorkspaceRecord[]> {
  const over: WorkspaceRecord[] = [];
  for (const client of new Set(records.map((record) => record.client))) {
    const theirs = records.filter((record) => record.client === client);
    const alive = await withLock(clientDir(context.paths, client), () => aliveAmong(context, theirs), LIMIT);
    over.push(...theirs.filter(({ box }) => !alive.has(box)));
  }
  return over;
}

/** The boxes of these records that run, or may run on an engine that cannot be asked. */
async function aliveAmong(context: Context, records: readonly WorkspaceRecord[]): Promise<ReadonlySet<string>> {
  const alive = new Set<string>();
  for (const kind of new Set(records.map(({ engine }) => engine))) {
    const engine = await engineOf(context, kind);
    const theirs = records.filter((record) => record.engine === kind).map(({ box }) => box);
    const boxes = engine === undefined ? undefined : await engine.boxes({});
    const running = boxes?.filter(isAlive).map(({ name }) => name) ?? theirs;
    for (const name of running) alive.add(name);
  }
  return alive;
}

/** Who closes a record. */
interface Closing {
  /** Somebody sits there who may be asked. */
  readonly ask: boolean;
  /** The secrets of the box's client; missing where nobody knows them any more. */
  readonly known?: readonly KnownSecret[];
  /** Where to note what came out, besides telling it. */
  readonly news?: Pick<EndNews, 'brought' | 'judged'>;
}

/** After the end of a box: takes in its work, tells, and removes the record when nothing is left. Trouble is told, and the record stays. */
export async function closeRecord(
  context: Context,
  record: WorkspaceRecord,
  { ask, known, news }: Closing = { ask: false },
): Promise<void> {
  if (record.workspace === 'clone') return;
  // Nothing of a read-only project's comes back by itself, and what lies in /out is the user's.
  if (record.workspace === 'readonly') return removeEmpty(context, record);
  try {
    await closeAside(context, record, ask);
    const files = await waiting(context.io, 'looking at what changed', closeFiles(context, record, known));
    news?.judged.push(files);
    const all: Brought[] = [];
    const onBrought = (brought: Brought) => {
      all.push(brought);
      news?.brought.push(brought);
      for (const line of tellBrought(brought)) say(context.io, `agentbox: ${line}`);
    };
    try {
      await waiting(context.io, 'bringing commits back', syncRecord(context, record, { ended: true, onBrought }));
    } finally {
      const commits = await closeCommits(context, record, all, known, files);
      news?.judged.push(commits);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(context.io, keptLine(record, error.why === undefined ? error.message : `${error.message}: ${error.why}`));
  }
}

async function removeEmpty(context: Context, record: WorkspaceRecord): Promise<void> {
  if ((await filledOut(context, record)) === undefined) await removeRecord(context.paths, record);
}

/** How a record is brought up to date. */
export interface SyncOptions extends BringOptions {
  /** The box does not run any more, so that its record goes when nothing is left. */
  readonly ended: boolean;
}

/** Brings commits back under the box's lock. Throws UserError; what is refused is remembered, so that not every command tries again (see held). */
export async function syncRecord(
  context: Context,
  { client, box, engine: kind }: WorkspaceRecord,
  options: SyncOptions,
): Promise<void> {
  const { paths } = context;
  const folder = workspaceDir(paths, client, box);
  await withLock(
    folder,
    async () => {
      const record = await readRecord(paths, client, box);
      if (record === undefined) return;
      const engine = await context.engine({ flag: kind, profile: 'auto' });
      if (record.workspace === 'bind') {
        await bringBack(context, engine, { ...record, held: undefined }, options).catch(async (error: unknown) => {
          await hold(context, client, box, error);
          throw error;
        });
      }
      if (options.ended && !(await hasWork(folder))) await removeRecord(paths, record);
    },
    LIMIT,
  );
}

async function hold(context: Context, client: string, box: string, error: unknown): Promise<void> {
  // What a box made so that it takes for ever shall not keep each command waiting.
  if (!(error instanceof UserError) || !['refused', 'box'].includes(error.trouble)) return;
  const record = await readRecord(context.paths, client, box);
  if (record !== undefined) await writeRecord(context.paths, { ...record, held: error.why ?? error.message });
}

/** True when there is something in it that nobody has looked at. */
async function hasWork(folder: string): Promise<boolean> {
  const folders = await Promise.all(['aside', 'out'].map((name) => readdir(join(folder, name)).catch(() => [])));
  return folders.some((entries) => entries.length > 0);
}

function keptLine({ box }: WorkspaceRecord, why: string): string {
  return plain(`agentbox: the commits of ${box} are kept and not brought back: ${why}; agentbox sync ${box}`);
}

async function engineOf(context: Context, kind: WorkspaceRecord['engine']): Promise<Engine | undefined> {
  return context.engine({ flag: kind, profile: 'auto' }).catch((error: unknown) => {
    if (error instanceof UserError && error.trouble === 'engine') return undefined;
    throw error;
  });
}
