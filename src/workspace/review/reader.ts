import { Readable, type Writable } from 'node:stream';
import type { HelperResult } from '../../box/helper.ts';
import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import type { GitWork } from '../gitBox.ts';
import { collectBytes } from './collect.ts';
import { type Contents, LARGEST, MOST, parseContents } from './contents.ts';
import { hostMount, type ReviewedClone, type RunGit } from './deps.ts';
import type { EntryChange } from './entry.ts';
import { type CloneSnapshot, parseSnapshot } from './snapshot.ts';

/** How changes are shown: for people, with binary files whole, or in a line for each file. */
export type PatchFormat = 'people' | 'binary' | 'stat';

/** What is in a clone, of some paths or all. Throws UserError('state') when it cannot be read. */
export async function lookIntoClone(
  run: RunGit,
  clone: ReviewedClone,
  paths: readonly string[],
): Promise<CloneSnapshot> {
  const { stream, bytes } = collectBytes();
  await read(run, clone, 'look', paths, { output: stream });
  return parseSnapshot(bytes());
}

/** Writes the changes of a clone as a patch; `columns` is the width of people's terminals. */
export async function writePatch(
  run: RunGit,
  clone: ReviewedClone,
  { after }: CloneSnapshot,
  show: { readonly format: PatchFormat; readonly columns: number; readonly paths: readonly string[] },
  output: Writable,
): Promise<void> {
  await read(run, clone, 'patch', [after, show.format, `${show.columns}`, ...show.paths], { output });
}

/** Contents of what changed, none that is very large. They are as the clone has them: nothing is decided with them alone. */
export async function contentsOf(
  run: RunGit,
  clone: ReviewedClone,
  changes: readonly EntryChange[],
): Promise<Contents> {
  const entries = changes.flatMap(({ before, after }) => [before, after]);
  const ids = entries.flatMap((entry) => (entry === undefined || entry.mode === '160000' ? [] : [entry.id]));
  if (ids.length === 0) return new Map();
  const { stream, bytes } = collectBytes();
  const input = Readable.from([Buffer.from([...new Set(ids)].map((id) => `${id}\n`).join(''))]);
  await read(run, clone, 'blobs', [`${LARGEST}`, `${MOST}`], { input, output: stream });
  return parseContents(bytes());
}

/** Writes a pack of all that the project may lack: `whole` for one that has lost what the clone was made of. */
export async function writePack(
  run: RunGit,
  clone: ReviewedClone,
  { after, head }: CloneSnapshot,
  whole: boolean,
  output: Writable,
): Promise<void> {
  await read(run, clone, 'pack', [after, head ?? '-', whole ? 'all' : 'new'], { output });
}

async function read(
  run: RunGit,
  reviewed: ReviewedClone,
  mode: string,
  rest: readonly string[],
  streams: Pick<GitWork, 'input' | 'output'>,
): Promise<void> {
  const { clone, baseDir, objects } = reviewed;
  const { commit, baseline, tree } = clone.base;
  const result = await run({
    script: 'snapshot-clone',
    args: [
      mode,
      '/clone',
      '/tmp',
      ['/base', ...objects.map((_, index) => `/objects/${index}`)].join(':'),
      commit ?? (mode === 'pack' ? '-' : (baseline ?? '-')),
      tree,
      ...rest,
    ],
    mounts: [
      { source: clone.volume, volume: true, target: '/clone', write: true, relabel: false, purpose: 'clone' },
      hostMount(reviewed, baseDir, '/base', false),
      ...objects.map((path, index) => hostMount(reviewed, path, `/objects/${index}`, false)),
    ],
    ...streams,
  });
  if (result.code !== 0) throw unreadable(reviewed, result);
}

function unreadable({ record, clone }: ReviewedClone, { stderr }: HelperResult): UserError {
  const said = stderr.trim().split('\n').slice(-3).map(plain).join('; ');
  return new UserError('state', `the clone of ${record.box} cannot be read`, {
    why: said === '' ? 'the helper box ended without a word' : said,
    next: [`its files are in the volume ${clone.volume}`],
  });
}
