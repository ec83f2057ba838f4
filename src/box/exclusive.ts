import { join } from 'node:path';
import { clientDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { BoxInfo } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels, labelsOfClient, labelsOfShared } from '../plan/labels.ts';
import { withLock } from '../state/lock.ts';
import { aliveBoxes } from '../state/running.ts';
import { guardMountSources } from '../workspace/guardMountSources.ts';
import type { Prepared } from './prepare.ts';
import { sharedDirectory } from './sharedDirectory.ts';

/** Milliseconds that a start waits for others of the same client; each takes well under a second. */
const LIMIT = 60_000;

const isGvisor = (runtime: string) => runtime.startsWith('runsc');

/**
 * Starts a box while nothing else of agentbox changes the client: no reset or removal of its state, no other start.
 * Under gVisor only while no other box uses the same agent's state, since file locks do not cross gVisor's sandboxes;
 * throws UserError('refused') then.
 */
export async function exclusively<T>(context: Context, prepared: Prepared, start: () => Promise<T>): Promise<T> {
  const { client } = prepared.profile;
  return withLock(
    clientDir(context.paths, client),
    async () => {
      const other = await otherOf(prepared);
      if (other !== undefined) throw alreadyRunning(prepared, other);
      await guardMountSources(context, prepared);
      return withSharedDirectory(context, prepared, start);
    },
    LIMIT,
  );
}

/**
 * One box at a time has a directory of the host: what the box may not write there is mounted by its name, and another box
 * that runs could put a link to somewhere else in its place just then.
 */
async function withSharedDirectory<T>(context: Context, prepared: Prepared, start: () => Promise<T>): Promise<T> {
  const { profile, agent, facts } = prepared;
  const { shared } = facts;
  if (shared === undefined) return start();
  const guarded = async () => {
    const [other] = await aliveBoxes(context, labelsOfShared(shared.path));
    if (other !== undefined) throw alreadyShared(shared.path, other);
    // A box that ended only now may have changed what was looked at before.
    const now = await sharedDirectory(profile, agent, context);
    if (now?.path !== shared.path || JSON.stringify(now.covered) !== JSON.stringify(shared.covered))
      throw changed(shared.path);
    return start();
  };
  return withLock(join(context.paths.dataDir, 'shared'), guarded, LIMIT);
}

function alreadyShared(path: string, other: string): UserError {
  return new UserError('refused', `share_host_login: ${path} is in use by ${other}`, {
    why: 'one box at a time may have it: a second could be led out of it by the first',
    next: [`agentbox attach ${other}`, `agentbox stop ${other}`],
  });
}

function changed(path: string): UserError {
  return new UserError('refused', `share_host_login: ${path} has just changed`, { next: ['run it again'] });
}

async function otherOf({ engine, agent, profile, facts, box }: Prepared): Promise<BoxInfo | undefined> {
  if (!agent.locksState || !facts.engine.runtimes.some(isGvisor)) return undefined;
  const own = isGvisor(box.runtime ?? facts.engine.defaultRuntime);
  const boxes = await engine.boxes(labelsOfClient(profile.client, facts.paths.dataDir));
  return boxes.find((other) => {
    const labels = fromLabels(other.labels);
    return isAlive(other) && labels.agent === profile.agent && (own || isGvisor(labels.runtime));
  });
}

function alreadyRunning({ agent, profile }: Prepared, other: BoxInfo): UserError {
  return new UserError('refused', `${agent.name} of client ${profile.client} is already running in ${other.name}`, {
    why: 'under gVisor file locks do not reach another box, so two would spoil the state they share',
    next: [`agentbox attach ${other.name}`, `agentbox stop ${other.name}`, 'or use --runtime runc for both'],
  });
}
