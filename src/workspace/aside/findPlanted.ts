import type { Context } from '../../context.ts';
import type { WorkspaceRecord } from '../record.ts';
import { type Appeared, type Changes, changesIn } from '../sinks/appeared.ts';
import { isCovered } from '../sinks/guarded.ts';
import { identify } from '../sinks/identity.ts';
import { type Moved, moveAside } from './moveAside.ts';
import { asideDir } from './store.ts';

/** What a look found that the box, or somebody else, did to a project since the box began. */
export type Planted = Moved & Pick<Changes, 'replaced' | 'complete'>;

/** What looking needs of this program. */
export type Looking = Pick<Context, 'execute' | 'env' | 'paths' | 'now'>;

/** The box and what is known of its workspace. */
export type Watched = Pick<WorkspaceRecord, 'client' | 'box' | 'project' | 'workspace' | 'facts'>;

/** Times that something may turn up behind what was moved away; a `.git` in a folder that could not be read before. */
const ROUNDS = 3;

const REPLACED = 'it was replaced while the box ran, which could write it from then on';

/**
 * Looks for what the host would run and was not in a box's project at its start, and moves it aside. For a box that has ended,
 * or stands still. With `ended` also what was guarded and is another file now: the box could write it since. Undefined for a
 * workspace whose files are not the host's, and for a project that is gone. Throws UserError('state').
 */
export async function findPlanted(context: Looking, record: Watched, ended = false): Promise<Planted | undefined> {
  const { baseline } = record.facts;
  if (record.workspace !== 'bind' || baseline === undefined) return undefined;
  if (identify(record.project, '')?.kind !== 'directory') return undefined;
  const folder = asideDir(context.paths, record);
  const moved: Moved['moved'][number][] = [];
  for (let round = 1; ; round += 1) {
    const { appeared, replaced, complete } = await changesIn(context, record.project, baseline);
    const doubtful = ended ? doubtfulIn(record, replaced, appeared) : [];
    const result = await moveAside(record.project, folder, [...appeared, ...doubtful], context.now());
    moved.push(...result.moved);
    const isDone = result.moved.length === 0 || result.failed.length > 0 || round === ROUNDS;
    if (isDone) return { moved, failed: result.failed, replaced, complete };
  }
}

/** Guarded paths that the host replaced, of which nobody can tell who wrote what is there now. */
function doubtfulIn({ project, facts }: Watched, replaced: readonly string[], appeared: readonly Appeared[]) {
  const known = appeared.map(({ path }) => path);
  return facts.guarded
    .filter(({ path }) => replaced.includes(path) && !isCovered(path, known) && identify(project, path) !== undefined)
    .map(({ path, reason }): Appeared => ({ path, kind: 'sink', reason: `${reason}, and ${REPLACED}` }));
}
