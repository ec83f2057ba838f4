import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clientDir, type Paths, workspaceDir, workspacesDir } from '../config/paths.ts';
import type { EngineKind } from '../plan/spec.ts';
import type { BoxUser } from '../plan/user.ts';
import { orStateTrouble } from '../state/trouble.ts';
import { writeState } from '../state/writeFile.ts';
import type { WorkspaceFacts } from './facts.ts';
import type { RefsSnapshot } from './git/readRefs.ts';

/**
 * What agentbox keeps of the workspace of one box, from before its start until its work is taken in or thrown away: enough
 * for any later command to go on where this one was interrupted. Boxes cannot write it.
 */
export interface WorkspaceRecord {
  readonly format: 1;
  readonly box: string;
  readonly client: string;
  readonly agent: string;
  /** Real path of the project on the host. */
  readonly project: string;
  readonly workspace: 'bind' | 'clone' | 'readonly';
  readonly engine: EngineKind;
  /** The runtime of the box, for the helper boxes that read what it wrote; undefined: the engine's own. */
  readonly runtime?: string | undefined;
  /** Who the box was, for the helper boxes that read and write in its place. */
  readonly user: BoxUser;
  /** Where the project was in the box. */
  readonly target: string;
  /** ISO 8601. */
  readonly started: string;
  readonly facts: WorkspaceFacts;
  /** What each of `facts.repositories` was in the box at its start; none where the box got no git directory. */
  readonly starts: readonly RefsSnapshot[];
  /** What `starts` was before commits came back for the first time; missing until then. */
  readonly began?: readonly RefsSnapshot[];
  /** The tree of each index when commits last came back, in the place of the start's; null where they have not. */
  readonly synced?: readonly (string | null)[];
  /** Its project was looked through after its end: what appears there since is the host's own. */
  readonly looked?: true;
  /** Why its commits were refused; only `agentbox sync` tries again then. */
  readonly held?: string | undefined;
  readonly clone?: CloneRecord;
}

/** A clone: the volume it lies in, and what it was made of. */
export interface CloneRecord {
  readonly volume: string;
  /** Absent until all of it is there; until then no box has seen it, and it may go. */
  readonly base?: CloneBase;
}

/** What a clone was when its box got it. */
export interface CloneBase {
  /** HEAD of the host; null before the first commit, and for a folder without git. */
  readonly commit: string | null;
  /** The branch of the host (`refs/heads/main`); null when HEAD was detached, and for a folder without git. */
  readonly branch: string | null;
  /** The first commit of the clone of a folder without git; null where the host has git. */
  readonly baseline: string | null;
  /** The tree of exactly the files that were copied, byte by byte (images/workspace/snapshot). */
  readonly tree: string;
  readonly format: 'sha1' | 'sha256';
  /** A digest of HEAD and all refs, as images/workspace/clone-state prints it. */
  readonly refs: string;
}

const FILE = 'record.json';

/** Writes a box's record whole or not at all. Throws UserError('state'). */
export async function writeRecord(paths: Paths, record: WorkspaceRecord): Promise<void> {
  const path = join(workspaceDir(paths, record.client, record.box), FILE);
  await writeState(path, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The record of a box, undefined where there is none. */
export async function readRecord(paths: Paths, client: string, box: string): Promise<WorkspaceRecord | undefined> {
  const path = join(workspaceDir(paths, client, box), FILE);
  const text = await orStateTrouble(`cannot read ${path}`, () => readFile(path, 'utf8').catch(absent));
  // A folder that was renamed for another box is that box's from that moment on.
  return text === undefined ? undefined : { ...(JSON.parse(text) as WorkspaceRecord), box };
}

/** All records of a client, the oldest first. */
export async function recordsOf(paths: Paths, client: string): Promise<readonly WorkspaceRecord[]> {
  const folder = workspacesDir(paths, client);
  const names = (await orStateTrouble(`cannot read ${folder}`, () => readdir(folder).catch(absent))) ?? [];
  const records = await Promise.all(names.map((name) => readRecord(paths, client, name)));
  return records.filter((record) => record !== undefined).sort((a, b) => a.started.localeCompare(b.started));
}

/** The records of all clients, or of one, the oldest of each client first. */
export async function allRecords(paths: Paths, client?: string): Promise<readonly WorkspaceRecord[]> {
  const folder = dirname(clientDir(paths, 'any'));
  const clients =
    client === undefined
      ? ((await orStateTrouble(`cannot read ${folder}`, () => readdir(folder).catch(absent))) ?? [])
      : [client];
  return (await Promise.all(clients.map((name) => recordsOf(paths, name)))).flat();
}

/** Removes a box's folder with all that is in it; links are removed, not followed. */
export async function removeRecord(
  paths: Paths,
  { client, box }: Pick<WorkspaceRecord, 'client' | 'box'>,
): Promise<void> {
  const folder = workspaceDir(paths, client, box);
  await orStateTrouble(`cannot remove all of ${folder}`, () => rm(folder, { recursive: true, force: true }));
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
