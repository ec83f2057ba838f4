import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { type CloneLabels, fromCloneLabels, labelsOfClones } from '../plan/cloneVolume.ts';
import { clientsWithState } from '../state/clientState.ts';
import { isAside } from './aside.ts';
import { filledOut } from './readonly/out.ts';
import { recordsOf, type WorkspaceRecord } from './record.ts';

/** What is left of the workspace of a box, whether the box is still there or not. */
export interface KeptWorkspace {
  readonly box: string;
  readonly client: string;
  readonly agent: string;
  readonly project: string;
  readonly workspace: WorkspaceRecord['workspace'];
  /** ISO 8601. */
  readonly started: string;
  /** Undefined for a clone of which only the volume is left. */
  readonly record: WorkspaceRecord | undefined;
  readonly volume: string | undefined;
}

/**
 * What is kept of the workspaces of boxes on an engine, of one client or of all, the oldest first. What was never whole is not
 * among it.
 */
export async function keptWorkspaces(
  { paths }: Pick<Context, 'paths'>,
  engine: Pick<Engine, 'kind' | 'volumes'>,
  client?: string,
): Promise<readonly KeptWorkspace[]> {
  const clients = client === undefined ? await clientsWithState(paths) : [client];
  const records = (await Promise.all(clients.map((name) => recordsOf(paths, name)))).flat();
  const here = records.filter((record) => record.engine === engine.kind);
  const volumes = await engine.volumes(labelsOfClones(paths.dataDir));
  const lost = volumes
    .filter(({ name }) => !records.some(({ clone }) => clone?.volume === name))
    .map(({ name, labels }) => ofVolume(name, fromCloneLabels(labels)))
    .filter((kept) => client === undefined || kept.client === client);
  const whole = here.filter(({ clone }) => clone === undefined || clone.base !== undefined);
  return [...whole.map(ofRecord), ...lost].sort((a, b) => a.started.localeCompare(b.started));
}

/** What of a workspace nobody has reviewed, in words that follow `it has`; undefined when there is nothing. */
export async function leftToReview(
  context: Pick<Context, 'paths'>,
  { workspace, client, box }: Pick<KeptWorkspace, 'workspace' | 'client' | 'box'>,
): Promise<string | undefined> {
  if (workspace === 'clone') return 'a clone that is not reviewed';
  if (await isAside(context.paths, client, box)) return 'files that were moved aside';
  const out = workspace === 'readonly' ? await filledOut(context, { client, box }) : undefined;
  return out === undefined ? undefined : `files in ${out}`;
}

function ofRecord(record: WorkspaceRecord): KeptWorkspace {
  const { box, client, agent, project, workspace, started, clone } = record;
  return { box, client, agent, project, workspace, started, record, volume: clone?.volume };
}

function ofVolume(volume: string, { box, client, agent, project, started }: CloneLabels): KeptWorkspace {
  return { box, client, agent, project, workspace: 'clone', started, record: undefined, volume };
}
