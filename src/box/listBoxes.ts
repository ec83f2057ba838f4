import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { fromLabels, portsOf } from '../plan/labels.ts';
import { type KeptWorkspace, keptWorkspaces, leftToReview } from '../workspace/kept.ts';

/** `address` is one to connect to; a port without an address of its own is on 127.0.0.1 and ::1. */
interface ListedPort {
  readonly address: string;
  readonly port: number;
  readonly boxPort: number;
}

/** A box as `agentbox ls` tells of it; of one that is gone only its workspace is left. */
export interface ListedBox {
  readonly name: string;
  /** Absent for a box that is gone. */
  readonly id: string | undefined;
  readonly client: string;
  readonly agent: string;
  readonly project: string;
  readonly state: BoxInfo['state'] | 'ended';
  readonly exitCode: number | undefined;
  /** ISO 8601. */
  readonly started: string;
  readonly created: string;
  readonly runtime: string;
  readonly network: string;
  readonly workspace: string;
  /** Published ports: where this machine listens, and the port in the box. */
  readonly ports: readonly ListedPort[];
  /** It holds work that nobody has reviewed, as far as can be told without looking into a clone. */
  readonly unreviewed: boolean;
}

/** The boxes of an engine, and the workspaces that are left of others, newest first. */
export async function listBoxes(
  context: Context,
  engine: Engine,
  boxes: readonly BoxInfo[],
  client: string | undefined,
): Promise<readonly ListedBox[]> {
  const all = await keptWorkspaces(context, engine, client);
  const names = new Set(boxes.map(({ name }) => name));
  const there = boxes.map(async (box) => {
    const listed = ofBox(box);
    const ours = fromLabels(box.labels).data === context.paths.dataDir;
    const kept = ours ? all.find((one) => one.box === box.name) : undefined;
    return { ...listed, unreviewed: kept !== undefined && (await isLeft(context, kept)) };
  });
  const gone = all
    .filter(({ box }) => !names.has(box))
    .map(async (kept) => ({ ...ofKept(kept), unreviewed: await isLeft(context, kept) }));
  const rows = await Promise.all([...there, ...gone]);
  return rows.sort((a, b) => b.created.localeCompare(a.created));
}

async function isLeft(context: Context, kept: KeptWorkspace): Promise<boolean> {
  return (await leftToReview(context, kept)) !== undefined;
}

function ofBox(box: BoxInfo): Omit<ListedBox, 'unreviewed'> {
  const { client, agent, project, started, runtime, network, workspace } = fromLabels(box.labels);
  const { name, id, state, exitCode, created } = box;
  return {
    ...{ name, id, client, agent, project, state, exitCode, started: started || created, created },
    ...{ runtime, network, workspace },
    ports: portsOf(box.labels).map(({ address = '127.0.0.1', port, boxPort }) => ({ address, port, boxPort })),
  };
}

function ofKept({ box, client, agent, project, started, workspace }: KeptWorkspace): Omit<ListedBox, 'unreviewed'> {
  return {
    ...{ name: box, id: undefined, client, agent, project, state: 'ended', exitCode: undefined },
    ...{ started, created: started, runtime: '', network: '', workspace, ports: [] },
  };
}
