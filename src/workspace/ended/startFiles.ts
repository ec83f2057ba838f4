import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import type { RepositoryFacts } from '../facts.ts';
import { objectDirs } from '../git/objectDirs.ts';
import { startIndex } from '../git/places.ts';
import { gitBox } from '../gitBox.ts';
import type { FileState } from '../landing/change.ts';
import type { WorkspaceRecord } from '../record.ts';
import { repositoryAround } from '../sinks/hostRepository.ts';
import { readOnly } from '../sync/read.ts';
import { collected } from './collected.ts';
import { parseStart } from './parseStart.ts';
import { LARGEST } from './readChanged.ts';

/** Milliseconds. */
const LIMIT = 60_000;

/**
 * These paths (relative to the project) as git had them when the box began; absent what it did not have. Read in helper boxes
 * from indexes and objects of the host. What cannot be read counts as not known to git.
 */
export async function startFiles(
  context: Context,
  engine: Engine,
  record: WorkspaceRecord,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileState>> {
  const { repositories } = record.facts;
  const sources = repositories.map((repository, n) => sourceOf(context, record, repository, n));
  const around = await sourceAround(record);
  const groups = new Map<Source, string[]>();
  for (const path of paths) {
    const repository = repositoryOf(repositories, path);
    const source = repository === undefined ? around : sources[repositories.indexOf(repository)];
    if (source !== undefined) groups.set(source, [...(groups.get(source) ?? []), path]);
  }
  const found = await Promise.all(
    [...groups].map(async ([source, own]) => {
      const files = await readOne(context, engine, record, source, own.map(source.inside));
      return own.flatMap((path) => {
        const state = files.get(source.inside(path));
        return state === undefined ? [] : [[path, state] as const];
      });
    }),
  );
  return new Map(found.flat());
}

/** Where files as they were can be read. */
interface Source {
  readonly index: string;
  readonly objects: readonly string[];
  readonly format: string;
  /** They are the box's to read anyway, so an engine may label them. */
  readonly isShared: boolean;
  /** What a path of the project is in the repository. */
  readonly inside: (path: string) => string;
}

function sourceOf({ paths }: Context, record: WorkspaceRecord, repository: RepositoryFacts, n: number): Source {
  const { place, objects } = repository;
  const index = startIndex(workspaceDir(paths, record.client, record.box), n);
  const inside = (path: string) => (place === '' ? path : path.slice(place.length + 1));
  return { index, objects, format: formatOf(repository), isShared: true, inside };
}

/** The repository of which the project is a folder; no box can write there, so it is as it was but for its user. */
async function sourceAround({ project, facts }: WorkspaceRecord): Promise<Source | undefined> {
  if (facts.repositories.some(({ place }) => place === '')) return undefined;
  const around = repositoryAround(dirname(project));
  if (around === undefined) return undefined;
  const { objects } = await objectDirs(join(around.commonDir, 'objects'));
  const inside = (path: string) => join(project, path).slice(around.top.length + 1);
  return { index: join(around.gitDir, 'index'), objects, format: 'sha1', isShared: false, inside };
}

/** The deepest repository around a path. */
export function repositoryOf(repositories: readonly RepositoryFacts[], path: string): RepositoryFacts | undefined {
  const around = repositories.filter(({ place }) => place === '' || (path !== place && isWithin(path, place)));
  return around.sort((a, b) => b.place.length - a.place.length)[0];
}

async function readOne(
  context: Context,
  engine: Engine,
  record: WorkspaceRecord,
  { index, objects, format, isShared }: Source,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileState>> {
  if (!(await isThere(index))) return new Map();
  const relabel = isShared && (await engine.facts()).selinux;
  const mounts = objects.map((source, m) => readOnly(source, `/objects/${m}`, relabel));
  const { stream, bytes } = collected();
  try {
    const { code } = await gitBox(context, engine, record, {
      ...{ script: 'read-start', timeout: LIMIT, output: stream },
      args: [format, `${LARGEST}`, ...mounts.map(({ target }) => target)],
      mounts: [readOnly(index, '/start/index', relabel), ...mounts],
      input: Readable.from([paths.map((path) => `${path}\0`).join('')]),
    });
    return code === 0 ? parseStart(bytes()) : new Map();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return new Map();
  }
}

/** The kind of its objects' names. */
export function formatOf({ config }: RepositoryFacts): string {
  return config.find(({ key }) => key.toLowerCase() === 'extensions.objectformat')?.value ?? 'sha1';
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
