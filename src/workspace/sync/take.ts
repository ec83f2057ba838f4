import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import type { RepositoryFacts } from '../facts.ts';
import { gitBox } from '../gitBox.ts';
import type { WorkspaceRecord } from '../record.ts';
import { readOnly } from './read.ts';

/** Which of a plan's two ways was taken, or that the host changed in between and all is to be looked at again. */
export type Taken = 'along' | 'apart' | 'changed';

/** What a writer is given. */
export interface TakeRequest {
  readonly record: WorkspaceRecord;
  readonly repository: RepositoryFacts;
  /** See takeLines. */
  readonly lines: string;
  /** Undefined when there is no object to take in. */
  readonly packFile: string | undefined;
  /** agentbox's copy of the index at the start; undefined: not to be looked at. */
  readonly startIndex: string | undefined;
  /** What the helper box's name ends in. */
  readonly suffix: string;
}

const REPOSITORY = '/repo.git';
const CHANGED = 3;
const IN_USE = 4;
const REFUSED = 5;

/** Takes commits into the host's repository in a helper box that sees nothing else. Throws UserError when git refuses them. */
export async function takeCommits(context: Context, engine: Engine, request: TakeRequest): Promise<Taken> {
  const { record, repository, lines, packFile, startIndex, suffix } = request;
  const { commonDir, gitDir } = repository;
  const relabel = (await engine.facts()).selinux;
  const borrowed = repository.objects
    .filter((path) => path !== `${commonDir}/objects`)
    .map((source, m) => readOnly(source, `/objects/${m}`, relabel));
  const start = startIndex === undefined ? Buffer.alloc(0) : await readFile(startIndex);
  const inside = relative(commonDir, gitDir);
  const plan = Buffer.from(lines);
  const ended = await gitBox(context, engine, record, {
    ...{ script: 'take-commits', suffix },
    args: [
      `${plan.length}`,
      `${start.length}`,
      inside === '' ? REPOSITORY : `${REPOSITORY}/${inside}`,
      ...borrowed.map((m) => m.target),
    ],
    mounts: [{ source: commonDir, target: REPOSITORY, write: true, relabel, purpose: 'repository' }, ...borrowed],
    input: Readable.from(input([plan, start], packFile), { objectMode: false }),
  });
  if (ended.code === CHANGED) return 'changed';
  if (ended.code !== 0) throw trouble(ended.code, ended.stderr, repository);
  return ended.stdout.trim() === 'along' ? 'along' : 'apart';
}

async function* input(first: readonly Buffer[], packFile: string | undefined): AsyncGenerator<Buffer> {
  yield* first;
  if (packFile !== undefined) yield* createReadStream(packFile) as AsyncIterable<Buffer>;
}

function trouble(code: number, said: string, { commonDir }: RepositoryFacts): UserError {
  const why = plain(said.trim().split('\n').slice(-3).join('; ').slice(0, 500)) || `git ended with ${code}`;
  if (code === IN_USE) {
    return new UserError('state', `${commonDir} is in use by another git`, {
      why: 'its index stayed locked for ten seconds',
      next: ['end that git, or remove index.lock where none runs', 'agentbox sync'],
    });
  }
  if (code === REFUSED) {
    return new UserError('refused', `git refuses what the box committed`, {
      why,
      next: ['agentbox sync, when it is mended'],
    });
  }
  return new UserError('state', `the box’s commits could not be taken into ${commonDir}`, {
    why,
    next: ['agentbox sync'],
  });
}
