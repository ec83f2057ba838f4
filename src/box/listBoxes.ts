import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { fromLabels, portsOf } from '../plan/labels.ts';
import { type KeptWorkspace, keptWorkspaces, leftToReview } from '../workspace/kept.ts';
import { ageOf } from './age.ts';
import type { Blocked } from './blockedOf.ts';

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
  /** `created` waits for its start, `never started` lost its launcher, `ended` is gone but for its workspace. */
  readonly state: 'running' | 'paused' | 'created' | 'starting' | 'never started' | 'exited' | 'ended';
  readonly exitCode: number | undefined;
  /** ISO 8601. */
  readonly started: string;
  readonly created: string;
  readonly runtime: string;
  readonly network: string;
  readonly workspace: string;
  /** Published ports: where this machine listens, and the port in the box. */
  readonly ports: readonly ListedPort[];
  /** It stays after its end, until it is removed. */
  readonly keep: boolean;
  /** Bytes; absent where the engine does not tell, and for a box that does not run. */
  readonly memory: number | undefined;
  /** Requests that its gateway refused. */
  readonly blocked: number;
  /** It holds work that nobody has reviewed, as far as can be told without looking into a clone. */
  readonly unreviewed: boolean;
}

type Told = Omit<ListedBox, 'unreviewed' | 'memory' | 'blocked'>;

/** The boxes of an engine, and the workspaces that are left of others, newest first. */
export async function listBoxes(
  context: Context,
  engine: Engine,
  boxes: readonly BoxInfo[],
  { client, blocked }: { readonly client: string | undefined; readonly blocked: Blocked },
): Promise<readonly ListedBox[]> {
  const running = boxes.filter(({ state }) => state === 'running').map(({ id }) => id);
  const [all, memory] = await Promise.all([keptWorkspaces(context, engine, client), engine.memory(running)]);
  const names = new Set(boxes.map(({ name }) => name));
  const there = boxes.map(async (box) => {
    const listed = ofBox(box, context.now().getTime());
    const ours = fromLabels(box.labels).data === context.paths.dataDir;
    const kept = ours ? all.find((one) => one.box === box.name) : undefined;
    const refused = ours ? blocked(listed.client, box.name, Date.parse(listed.started)) : 0;
    const unreviewed = kept !== undefined && (await isLeft(context, kept));
    return { ...listed, memory: memory.get(box.id), blocked: refused, unreviewed };
  });
  const gone = all
    .filter(({ box }) => !names.has(box))
    .map(async (kept) => {
      const refused = blocked(kept.client, kept.box, Date.parse(kept.started));
      return { ...ofKept(kept), memory: undefined, blocked: refused, unreviewed: await isLeft(context, kept) };
    });
  const rows = await Promise.all([...there, ...gone]);
  return rows.sort((a, b) => b.created.localeCompare(a.created));
}

async function isLeft(context: Context, kept: KeptWorkspace): Promise<boolean> {
  return (await leftToReview(context, kept)) !== undefined;
}

/** The state of a box in the words of `ls`. Pure. */
export function stateOf(box: BoxInfo, now: number): ListedBox['state'] {
  if (box.state !== 'created') return box.state;
  const age = ageOf(box, now);
  return age === 'dead' ? 'never started' : age === 'waiting' ? 'created' : 'starting';
}

function ofBox(box: BoxInfo, now: number): Told {
  const { client, agent, project, started, runtime, network, workspace, keep } = fromLabels(box.labels);
  const { name, id, exitCode, created } = box;
  return {
    ...{ name, id, client, agent, project, state: stateOf(box, now), exitCode, started: started || created, created },
    ...{ runtime, network, workspace, keep },
    ports: portsOf(box.labels).map(({ address = '127.0.0.1', port, boxPort }) => ({ address, port, boxPort })),
  };
}

function ofKept({ box, client, agent, project, started, workspace }: KeptWorkspace): Told {
  return {
    ...{ name: box, id: undefined, client, agent, project, state: 'ended', exitCode: undefined },
    ...{ started, created: started, runtime: '', network: '', workspace, keep: false, ports: [] },
  };
}
