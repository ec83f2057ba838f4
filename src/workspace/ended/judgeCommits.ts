import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { RepositoryFacts } from '../facts.ts';
import { gitBox } from '../gitBox.ts';
import type { Change } from '../landing/change.ts';
import { judge } from '../landing/judge.ts';
import { risksOf, stops } from '../landing/risks.ts';
import { secretFinder } from '../landing/secrets/find.ts';
import type { KnownSecret } from '../landing/secrets/known.ts';
import type { WorkspaceRecord } from '../record.ts';
import type { Brought } from '../sync/bringBack.ts';
import { readOnly } from '../sync/read.ts';
import { collected } from './collected.ts';
import { type EndJudgement, NOT_JUDGED } from './judgeEnded.ts';
import { newIds } from './newIds.ts';
import { type History, parseHistory } from './parseHistory.ts';
import { LARGEST, readChanged } from './readChanged.ts';
import { formatOf, startFiles } from './startFiles.ts';

/** Milliseconds. */
const LIMIT = 60_000;
const NOTHING: History = { changes: [], texts: [] };

/**
 * Judges what came to the host's repositories in commits: messages, and files of each of them, also of those that a later commit
 * or another branch no longer has. `files` is what was told of the project's files. Costs nothing where no commit came,
 * and a helper box or two where one did. Throws UserError.
 */
export async function judgeCommits(
  context: Context,
  record: WorkspaceRecord,
  brought: readonly Brought[],
  known: readonly KnownSecret[],
  files: EndJudgement,
): Promise<EndJudgement> {
  const histories = await Promise.all(
    record.facts.repositories.map(async (repository, n) => {
      const before = (record.began ?? record.starts)[n];
      const news = brought.find(({ place }) => place === repository.place)?.news;
      const now = news ?? record.starts[n];
      const ids = before === undefined || now === undefined ? [] : newIds(before, now, news?.stashes);
      return ids.length === 0 ? NOTHING : readHistory(context, record, repository, ids);
    }),
  );
  const changes = histories.flatMap((history) => history.changes);
  const texts = histories.flatMap((history) => history.texts);
  const find = secretFinder(known);
  const first = judge(changes, find, texts);
  const paths = new Set([...first.refused, ...first.asked, ...first.secrets].map(({ path }) => path));
  if (paths.size === 0) return NOT_JUDGED;
  const before = await startFiles(context, await engineOf(context, record), record, [...paths]);
  const marked = changes
    .filter(({ path }) => paths.has(path))
    .map((change) => ({ ...change, before: before.get(change.path) }));
  const { secrets } = judge(marked, find, texts);
  // What the project has as well was told of, or was there before.
  const isElsewhere = await Promise.all(marked.map(async (change) => !(await isInProject(record.project, change))));
  const risks = marked.filter((_, index) => isElsewhere[index]).flatMap((change) => risksOf(change).filter(stops));
  const toldRisks = new Set(files.risks.map(({ path, rule }) => `${rule} ${path}`));
  const toldSecrets = new Set(files.secrets.map(({ path, rule, masked }) => `${rule} ${path} ${masked}`));
  return {
    risks: risks.filter(({ rule, path }) => !toldRisks.has(`${rule} ${path}`)),
    secrets: secrets.filter(({ rule, path, masked }) => !toldSecrets.has(`${rule} ${path} ${masked}`)),
    complete: true,
  };
}

async function isInProject(project: string, { path, after }: Change): Promise<boolean> {
  if (after?.content === undefined || after.mode === '160000') return false;
  const [now] = await readChanged(project, [{ path, mode: after.mode, isMoved: false }]);
  return now?.after?.content !== undefined && Buffer.compare(now.after.content, after.content) === 0;
}

const engineOf = (context: Context, { engine }: WorkspaceRecord): Promise<Engine> =>
  context.engine({ flag: engine, profile: 'auto' });

/** What came to one repository, paths relative to the project. */
async function readHistory(
  context: Context,
  record: WorkspaceRecord,
  repository: RepositoryFacts,
  ids: readonly string[],
): Promise<History> {
  const { objects, commonDir, place } = repository;
  const engine = await engineOf(context, record);
  const relabel = (await engine.facts()).selinux;
  const mounts = objects.map((source, m) => readOnly(source, `/objects/${m}`, relabel));
  const shallow = join(commonDir, 'shallow');
  const isShallow = await stat(shallow).catch(() => undefined);
  const { stream, bytes } = collected();
  const { code } = await gitBox(context, engine, record, {
    ...{ script: 'read-history', timeout: LIMIT, output: stream },
    args: [formatOf(repository), `${LARGEST}`, ...mounts.map(({ target }) => target)],
    mounts: [...mounts, ...(isShallow?.isFile() ? [readOnly(shallow, '/start/shallow', relabel)] : [])],
    input: Readable.from([ids.map((id) => `${id}\n`).join('')]),
  });
  if (code !== 0) return NOTHING;
  const { changes, texts } = parseHistory(bytes());
  return { texts, changes: changes.map((one) => (place === '' ? one : { ...one, path: `${place}/${one.path}` })) };
}
