import { access } from 'node:fs/promises';
import { cloneBaseDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Mount } from '../../plan/spec.ts';
import { isObjectId } from '../git/refName.ts';
import { gitBox } from '../gitBox.ts';
import type { WorkspaceRecord } from '../record.ts';
import { parsePairs } from './pairs.ts';

/** How a clone differs from what it was made of. What cannot be told is undefined: a box may have done anything to it. */
export interface CloneState {
  /** False only where that is sure: every file could be read, and no file and no ref is another. */
  readonly changed: boolean;
  /** As git says it: `2 files changed, 3 insertions(+)`; empty for none. */
  readonly stat: string | undefined;
  /** Commits that were made in it. */
  readonly commits: number | undefined;
}

/** Milliseconds; every file of a clone is read. */
const LIMIT = 600_000;

/**
 * Looks at a clone in a helper box that sees nothing else which could be written. `record` is that of a clone that was made
 * whole. Throws UserError for trouble of the engine.
 */
export async function cloneState(context: Context, engine: Engine, record: WorkspaceRecord): Promise<CloneState> {
  const { clone, client, box } = record;
  if (clone?.base === undefined) throw new Error(`${box} has no clone that was made whole`);
  const { format, tree, commit, baseline, refs } = clone.base;
  const { selinux } = await engine.facts();
  const own = record.facts.repositories.find(({ place }) => place === '');
  // Of the host's there may be less than there was.
  const there = await Promise.all((own?.objects ?? []).map(async (path) => ((await exists(path)) ? [path] : [])));
  const read = (path: string, target: string): Mount => {
    return { source: path, target, write: false, relabel: selinux, purpose: 'objects' };
  };
  const { code, stdout } = await gitBox(context, engine, record, {
    script: 'clone-state',
    args: [format, tree, commit ?? baseline ?? '-'],
    mounts: [
      { source: clone.volume, volume: true, target: '/workspace', write: true, relabel: false, purpose: 'clone' },
      read(cloneBaseDir(context.paths, client, box), '/base'),
      ...there.flat().map((path, n) => read(path, `/objects/${n}`)),
    ],
    timeout: LIMIT,
  });
  return readState(code === 0 ? stdout : '', { tree, refs });
}

/** Reads what images/workspace/clone-state printed. Pure; nothing in it is taken for more than it is. */
export function readState(text: string, base: { readonly tree: string; readonly refs: string }): CloneState {
  const said = new Map(parsePairs(text));
  const tree = said.get('tree') ?? '';
  const same = isObjectId(tree) && tree === base.tree && said.get('refs') === base.refs;
  const stat = said.get('stat')?.trim();
  const commits = said.get('commits') ?? '';
  return {
    changed: !(same && said.get('whole') === 'yes'),
    stat: stat !== undefined && /^[\w ,()+-]*$/.test(stat) ? stat : undefined,
    commits: /^\d{1,9}$/.test(commits) ? Number(commits) : undefined,
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
