import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import type { RepositoryFacts } from '../facts.ts';
import { ownGitDir, startIndex } from '../git/places.ts';
import { type RefsSnapshot, readRefs } from '../git/readRefs.ts';
import { gitBoxName } from '../gitBox.ts';
import { type WorkspaceRecord, writeRecord } from '../record.ts';
import { branchesAndTags, branchOf, type Decision, decide } from './decide.ts';
import { endHelper } from './endHelper.ts';
import { type HostNow, hostNow } from './hostSide.ts';
import { type Journal, readJournal, removeJournal, startsAfter, writeJournal } from './journal.ts';
import { type News, UNDER_WAY } from './news.ts';
import { takeLines } from './plan.ts';
import { type Reading, type ReadRequest, readCommits } from './read.ts';
import { type Taken, takeCommits } from './take.ts';

/** What came back of one repository. */
export interface Brought extends Decision {
  /** The folder of its files, relative to the project; empty for the project itself. */
  readonly place: string;
  /** True when HEAD of the box moved and the host's could not follow. */
  readonly stayed: boolean;
  readonly news: News;
}

/** A moment at which everything may end: what is on the disk then is enough to go on. */
type BringPoint = 'read' | 'journal' | 'taken' | 'recorded' | 'done';

/** How commits are brought back. */
export interface BringOptions {
  /** Bytes that one repository's new objects may have, packed; 2 GiB when not given. */
  readonly maxPack?: number | undefined;
  /** Called for each repository of which something came. */
  readonly onBrought?: (brought: Brought) => void;
  /** Called at each point. */
  readonly fault?: (point: BringPoint) => void | Promise<void>;
}

const MAX_PACK = 2 * 1024 ** 3;
const MAX_REFS = 50_000;
/** How often a box that is making commits is read. */
const READS = 3;
/** How often the host may change between a look and the transaction. */
const TRIES = 5;

/**
 * Brings the commits of a bind box to the host's repositories, also while it runs, and finishes what an earlier try left
 * undone; a repository without news costs two readings of refs. The record has the box's state as its start from then on. Callers
 * hold the box's lock. What is refused of one repository stops no other, and is thrown at the end as UserError.
 */
export async function bringBack(
  context: Context,
  engine: Engine,
  record: WorkspaceRecord,
  options: BringOptions = {},
): Promise<void> {
  const failures: UserError[] = [];
  let current = record;
  for (const [n, start] of record.starts.entries()) {
    const repository = record.facts.repositories[n];
    if (repository === undefined) continue;
    try {
      const done = await bringOne(context, engine, { record: current, n, repository, start }, options);
      current = done?.record ?? current;
      if (done !== undefined) options.onBrought?.(done.brought);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  if (failures[0] !== undefined) throw failures[0];
}

interface One {
  readonly record: WorkspaceRecord;
  readonly n: number;
  readonly repository: RepositoryFacts;
  readonly start: RefsSnapshot;
}

async function bringOne(
  context: Context,
  engine: Engine,
  one: One,
  { maxPack = MAX_PACK, fault = () => {} }: BringOptions,
): Promise<{ brought: Brought; record: WorkspaceRecord } | undefined> {
  const { record, n, start } = one;
  const folder = workspaceDir(context.paths, record.client, record.box);
  const begun = await readJournal(folder, n);
  if (begun !== undefined) await endHelper(engine, begun.helper);
  const gitDir = ownGitDir(folder, n);
  const now = await readRefs(gitDir);
  if (begun === undefined && fingerprint(now) === fingerprint(start)) return undefined;
  const packFile = join(folder, `incoming-${n}.pack`);
  try {
    const { seen, reading } = await readAtRest(context, engine, one, { gitDir, packFile, maxPack });
    await fault('read');
    const { brought, tree } = await take(context, engine, { ...one, begun, folder, reading, packFile }, fault);
    const { news } = reading;
    const starts = record.starts.with(n, { head: news.head, refs: { ...seen.refs, ...news.refs } });
    const before = record.synced ?? record.starts.map(() => null);
    const began = record.began ?? record.starts;
    const after = { ...record, starts, began, synced: before.with(n, tree ?? null) };
    await writeRecord(context.paths, after);
    await fault('recorded');
    await removeJournal(folder, n);
    await fault('done');
    return { brought, record: after };
  } finally {
    await rm(packFile, { force: true });
  }
}

/** Reads the box, again while it makes commits, so that its index belongs to its HEAD; in the end as it is. */
async function readAtRest(
  context: Context,
  engine: Engine,
  { record, repository, start }: One,
  more: Pick<ReadRequest, 'gitDir' | 'packFile' | 'maxPack'>,
): Promise<{ seen: RefsSnapshot; reading: Reading }> {
  for (let count = 1; ; count += 1) {
    const [seen, host] = [await readRefs(more.gitDir), await hostNow(repository)];
    const refs = branchesAndTags(seen.refs);
    if (refs.size > MAX_REFS) throw tooMany();
    const known = [...new Set([...host.known, ...branchesAndTags(start.refs).values()])];
    const format = formatOf(known, repository);
    const own = new Map([...refs].filter(([, id]) => id.length === format));
    const stash = seen.refs['refs/stash'];
    const reading = await readCommits(context, engine, {
      ...{ record, repository, known, ...more, asked: { head: headOf(seen, format), refs: own, format } },
      stash: stash?.length === format ? stash : undefined,
    });
    if (count === READS || fingerprint(await readRefs(more.gitDir)) === fingerprint(seen)) return { seen, reading };
  }
}

function headOf({ head }: RefsSnapshot, format: number): string | undefined {
  return branchOf(head)?.startsWith('refs/heads/') || head?.length === format ? head : undefined;
}

function tooMany(): UserError {
  return new UserError('refused', 'the box’s git directory is not as git makes it', {
    why: `it has more than ${MAX_REFS} branches and tags`,
  });
}

interface Take extends One {
  /** What was begun with this repository and not finished. */
  readonly begun: Journal | undefined;
  readonly folder: string;
  readonly reading: Reading;
  readonly packFile: string;
}

/** Looks at the host, decides, and has it done, until the host stood still in between. */
async function take(context: Context, engine: Engine, one: Take, fault: NonNullable<BringOptions['fault']>) {
  const { record, n, repository, folder, reading, packFile, start } = one;
  const { news } = reading;
  const index = startIndex(folder, n);
  const synced = record.synced?.[n] ?? undefined;
  let { begun } = one;
  for (let count = 1; count <= TRIES; count += 1) {
    const host = await hostNow(repository);
    const { along, apart } = decisions(startsAfter(start, begun, host), news, host, record, begun !== undefined);
    const stashes = news.stashes.filter((id) => !host.known.includes(id)).toReversed();
    const idle = [along, apart].every((way) => way.moves.length === 0 && way.head === undefined && !way.index);
    if (idle && stashes.length === 0 && begun === undefined) return result(one, apart, host);
    const suffix = randomBytes(6).toString('hex');
    const hasStart = synced === undefined && (await isFile(index));
    const trees = [...(begun?.trees ?? []), ...(news.tree === undefined ? [] : [news.tree])];
    const same = [...(synced === undefined ? [] : [synced]), ...(begun === undefined ? [] : trees)];
    const over = UNDER_WAY.filter((state) => !news.going.includes(state));
    const partial = repository.config.some(({ key }) => key === 'extensions.partialclone');
    const plan = {
      ...{ over, partial },
      ...{ token: `agentbox ${suffix}`, box: record.box, at: host.head ?? '', pack: reading.pack, journal: begun },
      ...{ along, apart, tree: news.tree, start: synced === undefined, same, stashes },
    };
    const journal: Journal = {
      ...{ format: 1, repository: n, helper: gitBoxName(suffix), token: plan.token },
      ...{ moves: [...(begun?.moves ?? []), ...along.moves, ...apart.moves], head: along.head ?? begun?.head, trees },
    };
    await writeJournal(folder, journal);
    begun = journal;
    await fault('journal');
    const taken: Taken = await takeCommits(context, engine, {
      ...{ record, repository, suffix, lines: takeLines(plan), packFile: reading.pack ? packFile : undefined },
      startIndex: hasStart ? index : undefined,
    });
    await fault('taken');
    if (taken !== 'changed') return result(one, taken === 'along' ? along : apart, host);
  }
  throw new UserError('state', `the refs of ${repository.commonDir} do not stand still`, { next: ['agentbox sync'] });
}

function decisions(starts: RefsSnapshot, news: News, host: HostNow, record: WorkspaceRecord, again: boolean) {
  const suffix = record.box.startsWith('agentbox-') ? record.box.slice(record.box.lastIndexOf('-') + 1) : record.box;
  const decided = (settled: boolean) => decide(starts, news, { ...host, settled }, { suffix, again });
  return { along: decided(true), apart: decided(false) };
}

function result({ repository, reading: { news }, start }: Take, decision: Decision, host: HostNow) {
  const stayed = news.head !== start.head && news.head !== host.head && decision.head === undefined;
  const deleted = decision.deleted.filter((ref) => !news.missing.includes(ref));
  return { brought: { ...decision, deleted, place: repository.place, stayed, news }, tree: news.tree };
}

/** What makes two states of a box's git directory differ for us. */
function fingerprint({ head, refs }: RefsSnapshot): string {
  const entries = [...branchesAndTags(refs), ['refs/stash', refs['refs/stash'] ?? '']] as const;
  return JSON.stringify([head, entries.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
}

/** How long the name of an object is in a repository. */
function formatOf(known: readonly string[], { config }: RepositoryFacts): number {
  const [first] = known;
  if (first !== undefined) return first.length;
  const format = config.find(({ key }) => key.toLowerCase() === 'extensions.objectformat')?.value;
  return format === 'sha256' ? 64 : 40;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
