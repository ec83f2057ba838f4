import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { UserError } from '../../errors.ts';
import { asideOf, asidePlace, giveBack } from '../../workspace/aside/review.ts';
import { recordsOf, removeRecord, type WorkspaceRecord } from '../../workspace/record.ts';
import type { Ground } from '../ground.ts';
import type { Observation } from '../probe.ts';
import { PLANTED } from '../probes/projects.ts';
import { GUARDED, PLANTS, type Plant, SECRETS } from '../project.ts';

type Observations = Readonly<Record<string, Observation>>;

/** What a box must not change of a project's host side, as it is when the box begins. */
export interface Untouched {
  readonly git: Readonly<Record<string, string>>;
  readonly guarded: Readonly<Record<string, string>>;
  readonly masked: Readonly<Record<string, string>>;
}

/** Looks at it. */
export async function lookAtProject({ project }: Pick<Ground, 'project'>): Promise<Untouched> {
  const [git, guarded, masked] = await Promise.all([
    stampsOf(project, ['.git']),
    stampsOf(
      project,
      GUARDED.map(({ path, above }) => above ?? path),
    ),
    stampsOf(project, [SECRETS.masked]),
  ]);
  return { git, guarded, masked };
}

/** G4, G6 and G8 after the box has ended: what it changed on the host, what it left there, and whether that is kept. */
export async function afterwards(
  paths: Paths,
  client: string,
  { project, secret }: Pick<Ground, 'project' | 'secret'>,
  before: Untouched,
): Promise<Observations> {
  const after = await lookAtProject({ project });
  const masked = await readFile(join(project, SECRETS.masked), 'utf8').catch(() => '');
  const planted = await Promise.all(
    PLANTS.map(async ({ id, path }) => [`aside-${id}`, await gone(join(project, path))] as const),
  );
  return {
    git: unchanged(before.git, after.git),
    guarded: unchanged(before.guarded, after.guarded),
    'mask-kept': masked.includes(secret) ? unchanged(before.masked, after.masked) : changed('the secret is gone'),
    ...Object.fromEntries(planted),
    ...(await kept(paths, await recordOf(paths, client, project), project)),
  };
}

/** Removes what agentbox keeps of the project of verify, reviewed or not. */
export async function forgetProject(paths: Paths, client: string, { project }: Pick<Ground, 'project'>): Promise<void> {
  const record = await recordOf(paths, client, project);
  if (record !== undefined) await removeRecord(paths, record);
}

async function recordOf(paths: Paths, client: string, project: string): Promise<WorkspaceRecord | undefined> {
  return (await recordsOf(paths, client)).find((record) => record.project === project);
}

async function kept(paths: Paths, record: WorkspaceRecord | undefined, project: string): Promise<Observations> {
  if (record === undefined) {
    const lost: Observation = { outcome: 'done', seen: 'agentbox knows nothing of it any more' };
    return { 'aside-kept': lost, 'aside-back': { ...lost, outcome: 'refused' } };
  }
  const items = await asideOf(paths, record);
  const lost = await Promise.all(
    PLANTS.map(async (plant) => {
      const item = items.find(({ path }) => path === plant.path);
      return item !== undefined && (await isWhole(asidePlace(paths, record, item), plant)) ? [] : [plant.path];
    }),
  );
  const back: Observation =
    items.length === 0 ? { outcome: 'refused', seen: 'there is nothing' } : await givenBack(paths, record, project);
  return { 'aside-kept': among(lost.flat(), 'all of it'), 'aside-back': back };
}

async function givenBack(paths: Paths, record: WorkspaceRecord, project: string): Promise<Observation> {
  try {
    await giveBack(paths, record);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { outcome: 'refused', seen: error.why ?? error.message };
  }
  const there = await Promise.all(PLANTS.map((plant) => isWhole(join(project, plant.path), plant)));
  const missing = PLANTS.filter((_, index) => there[index] === false).map(({ path }) => path);
  return missing.length === 0
    ? { outcome: 'done', seen: 'it is back in the project' }
    : { outcome: 'refused', seen: `without ${missing.join(', ')}` };
}

/** True when all that was planted at a place is there with its content. */
async function isWhole(place: string, { inside }: Plant): Promise<boolean> {
  const files =
    inside.length === 0 ? [place] : inside.filter((name) => !name.endsWith('/')).map((name) => join(place, name));
  const texts = await Promise.all(files.map((path) => readFile(path, 'utf8').catch(() => undefined)));
  return texts.every((text) => text === PLANTED);
}

async function gone(path: string): Promise<Observation> {
  return lstat(path).then(
    () => ({ outcome: 'done', seen: 'it is there' }),
    () => ({ outcome: 'refused', seen: 'it was moved aside' }),
  );
}

function unchanged(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): Observation {
  const places = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (places.length === 0) return { outcome: 'error', seen: 'there is nothing to look at' };
  return among(
    places.filter((place) => before[place] !== after[place]),
    `${places.length} files and folders are as they were`,
  );
}

function among(places: readonly string[], none: string): Observation {
  return places.length === 0 ? { outcome: 'refused', seen: none } : changed(places.join(', '));
}

const changed = (seen: string): Observation => ({ outcome: 'done', seen });

/** Each entry at and below these with what no change can hide: which file it is, and when it last changed in any way. */
async function stampsOf(project: string, places: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const look = async (place: string): Promise<void> => {
    const entry = await lstat(join(project, place), { bigint: true }).catch(() => undefined);
    if (entry === undefined) return;
    found[place] = `${entry.dev}:${entry.ino} ${entry.mode} ${entry.size} ${entry.ctimeNs}`;
    if (!entry.isDirectory()) return;
    for (const name of await readdir(join(project, place))) await look(join(place, name));
  };
  for (const place of places) await look(place);
  return found;
}
