import type { Context } from '../../context.ts';
import { asideOf } from '../aside/review.ts';
import type { Change, FileState, Risk } from '../landing/change.ts';
import { type Judgement, judge } from '../landing/judge.ts';
import { placesOf } from '../landing/places/index.ts';
import { risksOf, stops } from '../landing/risks.ts';
import { type FindSecrets, secretFinder } from '../landing/secrets/find.ts';
import type { KnownSecret } from '../landing/secrets/known.ts';
import type { WorkspaceRecord } from '../record.ts';
import { isCovered } from '../sinks/guarded.ts';
import { identify } from '../sinks/identity.ts';
import { type ChangedTree, changedSince } from './changedSince.ts';
import { readChanged } from './readChanged.ts';
import { repositoryOf, startFiles } from './startFiles.ts';

/** What is to be looked at in the files of a bind box that has ended; nothing can be refused, it is all there. */
export interface EndJudgement {
  readonly risks: readonly Risk[];
  readonly secrets: Judgement['secrets'];
  /** False when there was too much to look through. */
  readonly complete: boolean;
  /** How many files are not what they were, those that git ignores too; missing where that was not looked at. */
  readonly changed?: number;
}

/** Of what is not looked at, or was before. */
export const NOT_JUDGED: EndJudgement = { risks: [], secrets: [], complete: true };

/** Files that are compared with what they were. */
const COMPARED = 5_000;

/**
 * Judges what changed in a project since a bind box began. Costs a walk where nothing did, and a helper box where something is
 * marked that git may have had before. `known` are the client's secrets, where they are known. Throws UserError.
 */
export async function judgeEnded(
  context: Context,
  record: WorkspaceRecord,
  known: readonly KnownSecret[],
): Promise<EndJudgement> {
  const { project, facts } = record;
  const tree = await changedSince(project, { since: Date.parse(record.started), folders: facts.folders });
  const whole = [...(await removedRisks(context, record)), ...packageRisks(tree)];
  const seen = { complete: tree.complete, changed: tree.files.length };
  if (tree.files.length === 0) return { ...NOT_JUDGED, ...seen, risks: whole };
  const shut = shutPaths(record);
  const wanted = tree.files.filter(
    ({ path, isMoved }) => !isCovered(path, shut) && (!isMoved || placesOf(path).some(stops)),
  );
  const find = secretFinder(known);
  const changes = await readChanged(project, wanted);
  const marked = markedIn(changes, find);
  const paths = marked.map(({ path }) => path).slice(0, COMPARED);
  if (paths.length === 0) return { ...NOT_JUDGED, ...seen, risks: whole };
  const engine = await context.engine({ flag: record.engine, profile: 'auto' });
  const before = await startFiles(context, engine, record, paths);
  const { refused, asked, secrets } = judge(
    marked.map((change) => compared(change, before.get(change.path), hasModes(record, change.path))),
    find,
  );
  return { ...seen, risks: [...refused, ...asked, ...whole], secrets };
}

/** What a box cannot write, so that what changed there is the host's own. */
function shutPaths({ project, facts }: WorkspaceRecord): readonly string[] {
  return Object.entries(facts.baseline?.mounted ?? {})
    .filter(([path, identity]) => identify(project, path)?.identity === identity)
    .map(([path]) => path);
}

/** Those that would be marked if nothing were there before. */
function markedIn(changes: readonly Change[], find: FindSecrets): readonly Change[] {
  const { refused, asked, secrets } = judge(changes, find);
  const paths = new Set([...refused, ...asked, ...secrets].map(({ path }) => path));
  return changes.filter(({ path }) => paths.has(path));
}

/** With core.fileMode=false all files of a disk look as if they could be run. */
function hasModes({ facts }: WorkspaceRecord, path: string): boolean {
  const { config = [] } = repositoryOf(facts.repositories, path) ?? {};
  return config.findLast(({ key }) => key.toLowerCase() === 'core.filemode')?.value !== 'false';
}

function compared({ path, after }: Change, before: FileState | undefined, modes: boolean): Change {
  if (modes || after?.mode !== '100755') return { path, before, after };
  return { path, before, after: { ...after, mode: before?.mode === '100755' ? '100755' : '100644' } };
}

function packageRisks({ packages }: ChangedTree): readonly Risk[] {
  return packages.flatMap((path) =>
    placesOf(path)
      .filter(stops)
      .map(({ rule, level, reason }) => ({ rule, level, path, reason })),
  );
}

/** What held something back and is gone. What was moved aside is told by itself. */
async function removedRisks(context: Context, record: WorkspaceRecord): Promise<readonly Risk[]> {
  const gone = Object.keys(record.facts.baseline?.present ?? {}).filter(
    (path) => identify(record.project, path) === undefined,
  );
  if (gone.length === 0) return [];
  const aside = (await asideOf(context.paths, record)).map(({ path }) => path);
  return gone
    .filter((path) => !isCovered(path, aside))
    .flatMap((path) => risksOf({ path, before: { mode: '100644' } }).filter(stops));
}
