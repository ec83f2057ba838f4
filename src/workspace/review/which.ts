import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cloneBaseDir, workspaceDir } from '../../config/paths.ts';
import { realPathOf } from '../../config/realPath.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import { enginesHere } from '../../state/running.ts';
import { plain } from '../../ui/plain.ts';
import { type KeptWorkspace, keptWorkspaces } from '../kept.ts';
import type { CloneBase, WorkspaceRecord } from '../record.ts';
import type { ReviewedClone } from './deps.ts';

/** A workspace that waits for its review, and the engine that has it. */
export interface Reviewable {
  readonly kept: KeptWorkspace;
  readonly engine: Engine;
}

/**
 * The one workspace that is meant: of a box by its name, its beginning or its end, or of a project by its folder; without a
 * word that of the folder where the caller is. Throws UserError('box') that lists them when it could be none or several.
 */
export async function whichWorkspace(
  context: Context,
  target: string | undefined,
  isReviewable: (kept: KeptWorkspace) => Promise<boolean>,
): Promise<Reviewable> {
  const all = await reviewable(context, isReviewable);
  const named = target === undefined ? [] : byName(all, target);
  const folder = await folderOf(context, target);
  const found = named.length > 0 || folder === undefined ? named : all.filter(({ kept }) => isOf(kept, folder));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const list = (some: readonly Reviewable[]) => some.map(({ kept }) => `${kept.box}   ${plain(kept.project)}`);
  const where = target ?? context.cwd;
  if (only === undefined) {
    const next = all.length === 0 ? ['agentbox run --workspace clone'] : list(all);
    throw new UserError('box', `nothing of ${plain(where)} waits for a review`, { next });
  }
  throw new UserError('box', `${plain(where)} could be any of ${found.length} workspaces`, { next: list(found) });
}

async function reviewable(
  context: Context,
  isReviewable: (kept: KeptWorkspace) => Promise<boolean>,
): Promise<readonly Reviewable[]> {
  const found = new Map<string, Reviewable>();
  // One engine may answer under both names.
  for (const engine of await enginesHere(context)) {
    for (const kept of await keptWorkspaces(context, engine)) {
      if (await isReviewable(kept)) found.set(`${kept.client}/${kept.box}`, { kept, engine });
    }
  }
  return [...found.values()];
}

function byName(all: readonly Reviewable[], text: string): readonly Reviewable[] {
  const exact = all.filter(({ kept }) => kept.box === text);
  if (exact.length > 0) return exact;
  return all.filter(
    ({ kept: { box } }) => box.startsWith(text) || box.endsWith(`-${text}`) || box.startsWith(`agentbox-${text}`),
  );
}

async function folderOf({ cwd }: Context, target: string | undefined): Promise<string | undefined> {
  const path = resolve(cwd, target ?? '.');
  const isFolder = await lstat(path).then(
    () => true,
    () => false,
  );
  return isFolder ? realPathOf(path) : undefined;
}

const isOf = ({ project }: KeptWorkspace, folder: string) => isWithin(folder, project);

/** What is needed to review a clone. Throws UserError('state') for one whose record is gone, or that was never whole. */
export async function reviewedClone(context: Context, { kept, engine }: Reviewable): Promise<ReviewedClone> {
  const { record, box, volume } = kept;
  const { clone } = record ?? {};
  if (record === undefined || clone?.base === undefined) {
    throw new UserError('state', `the record of ${box} is gone, so nothing says what its clone was made of`, {
      next: [`its files are in the volume ${volume}`, `agentbox discard ${box}`],
    });
  }
  return cloneOf(context, engine, record, clone.base);
}

/** The same of a record that says what its clone was made of. Throws UserError('engine'). */
export async function cloneOf(
  { paths }: Pick<Context, 'paths'>,
  engine: Engine,
  record: WorkspaceRecord,
  base: CloneBase,
): Promise<ReviewedClone> {
  const { client, box, facts, clone } = record;
  const own = facts.repositories.find(({ place }) => place === '');
  const there = await Promise.all((own?.objects ?? []).map(async (path) => ((await isThere(path)) ? [path] : [])));
  return {
    record,
    clone: { volume: clone?.volume ?? '', base },
    baseDir: cloneBaseDir(paths, client, box),
    objects: there.flat(),
    workDir: join(workspaceDir(paths, client, box), 'apply'),
    selinux: (await engine.facts()).selinux,
  };
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
