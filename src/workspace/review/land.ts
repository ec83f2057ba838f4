import { createWriteStream } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { finished } from 'node:stream/promises';
import type { HelperResult } from '../../box/helper.ts';
import { UserError } from '../../errors.ts';
import type { Mount } from '../../plan/spec.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { plain } from '../../ui/plain.ts';
import type { RepositoryFacts } from '../facts.ts';
import { collectBytes } from './collect.ts';
import { hostMount, type ReviewedClone, type RunGit } from './deps.ts';
import { type LandingPlan, parsePlan } from './landingPlan.ts';
import { writePack } from './reader.ts';
import { type Orders, ordersText, requestText, type Wanted } from './request.ts';
import type { CloneSnapshot } from './snapshot.ts';

/** Whom files for a helper box are given to; undefined: they are its user's already. */
export type GiveTo = { readonly uid: number; readonly gid: number } | undefined;

/** How a step of the writing went: all is there, or nothing is and why. */
export type Written = { readonly done: true; readonly said: string } | { readonly done: false; readonly why: string };

/** Brings what the clone has over to the work folder, as bytes. Throws UserError('state'). */
export async function fetchWork(
  run: RunGit,
  clone: ReviewedClone,
  snapshot: CloneSnapshot,
  { whole, giveTo }: { readonly whole: boolean; readonly giveTo: GiveTo },
): Promise<void> {
  const { workDir } = clone;
  await orStateTrouble(`cannot write ${workDir}`, async () => {
    await rm(workDir, { recursive: true, force: true });
    await mkdir(workDir, { mode: 0o700 });
    const path = join(workDir, 'pack');
    const out = createWriteStream(path, { mode: 0o600 });
    await writePack(run, clone, snapshot, whole, out).finally(() => out.end());
    await finished(out);
    await give([path, workDir], giveTo);
  });
}

/** Decides what a clone's work means for the project as it is now; changes nothing there. Throws UserError('state'). */
export async function planLanding(
  run: RunGit,
  clone: ReviewedClone,
  snapshot: CloneSnapshot,
  { wanted, giveTo }: { readonly wanted: Wanted; readonly giveTo: GiveTo },
): Promise<LandingPlan> {
  await forHelper(clone, 'request', requestText(clone.clone.base, snapshot, wanted), giveTo);
  const { stream, bytes } = collectBytes();
  const args = [...placeArgs(clone), 'look'];
  const result = await run({ script: 'plan-apply', args, mounts: mountsOf(clone, false), output: stream });
  if (result.code !== 0) throw failed(clone, 'what the clone has cannot be taken in', result);
  return parsePlan(bytes());
}

/** What a writing needs to be found and gone on with; `fault` is for tests alone. */
export interface WriteOrder {
  readonly suffix: string;
  readonly fault?: string;
}

/** Does what was decided, all or nothing. Throws UserError('state') when it cannot be told how it went. */
export async function writeLanding(
  run: RunGit,
  clone: ReviewedClone,
  orders: Orders,
  { giveTo, ...order }: WriteOrder & { readonly giveTo: GiveTo },
): Promise<Written> {
  await forHelper(clone, 'orders', ordersText(orders), giveTo);
  const result = await write(run, clone, 'write', order);
  if (result.code === 0) return { done: true, said: result.stderr };
  if (result.code === 10) return { done: false, why: result.stderr.trim() };
  // It died in between. What it left says whether back or on is the way.
  return finishLanding(run, clone, { suffix: order.suffix });
}

/** Ends what an interrupted writing began; may be done again. Throws UserError('state') when it cannot. */
export async function finishLanding(run: RunGit, clone: ReviewedClone, order: WriteOrder): Promise<Written> {
  const result = await write(run, clone, 'finish', order);
  if (result.code === 0) return { done: true, said: result.stderr };
  if (result.code === 10) return { done: false, why: result.stderr.trim() || 'it was interrupted' };
  throw failed(clone, 'an apply that was interrupted cannot be finished yet', result);
}

function write(run: RunGit, clone: ReviewedClone, mode: string, order: WriteOrder): Promise<HelperResult> {
  const folder = `.agentbox-apply-${order.suffix}`;
  const args = [...placeArgs(clone), mode, folder, order.fault ?? ''];
  return run({ script: 'write-apply', args, mounts: mountsOf(clone, true), suffix: order.suffix });
}

async function forHelper({ workDir }: ReviewedClone, name: string, text: string, giveTo: GiveTo): Promise<void> {
  const path = join(workDir, name);
  await orStateTrouble(`cannot write ${path}`, async () => {
    await writeFile(path, text, { mode: 0o600 });
    await give([path], giveTo);
  });
}

async function give(paths: readonly string[], giveTo: GiveTo): Promise<void> {
  if (giveTo === undefined) return;
  for (const path of paths) await chown(path, giveTo.uid, giveTo.gid);
}

const repositoryOf = ({ record }: ReviewedClone): RepositoryFacts | undefined =>
  record.facts.repositories.find(({ place }) => place === '');

function placeArgs(clone: ReviewedClone): readonly string[] {
  const repository = repositoryOf(clone);
  const git = repository === undefined ? '-' : join('/git', relative(repository.commonDir, repository.gitDir));
  const others = clone.objects.slice(1).map((_, index) => `/objects/${index + 1}`);
  return ['/project', git, '/apply', ['/base', ...others].join(':')];
}

function mountsOf(clone: ReviewedClone, write: boolean): readonly Mount[] {
  const repository = repositoryOf(clone);
  const others = clone.objects.slice(1);
  return [
    hostMount(clone, clone.record.project, '/project', write),
    ...(repository === undefined ? [] : [hostMount(clone, repository.commonDir, '/git', write)]),
    ...others.map((path, index) => hostMount(clone, path, `/objects/${index + 1}`, false)),
    hostMount(clone, clone.baseDir, '/base', false),
    hostMount(clone, clone.workDir, '/apply', true),
  ];
}

function failed({ record, workDir }: ReviewedClone, what: string, { stderr, code }: HelperResult): UserError {
  const said = stderr.trim().split('\n').slice(-4).map(plain).join('; ');
  return new UserError('state', what, {
    why: said === '' ? `the helper box ended with ${code}` : said,
    next: [`the clone of ${record.box} is still there; what was made ready is in ${workDir}`],
  });
}
