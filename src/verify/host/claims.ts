import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { choose, hostFacts } from '../../box/resolveRun.ts';
import { NO_FLAGS } from '../../config/flags.ts';
import { clientDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { guardSource, socketOf } from '../../plan/guard.ts';
import type { Ground } from '../ground.ts';
import type { Observation } from '../probe.ts';
import { projectFileClaims } from './projectFile.ts';

type Observations = Readonly<Record<string, Observation>>;

/** G1, G5 and G7 where they are decided, on the host: what is asked for and must not be. */
export async function claims(context: Context, engine: Engine, client: string, ground: Ground): Promise<Observations> {
  const { otherProject, other, free } = ground;
  const inside = join(otherProject, 'inside');
  await mkdir(inside, { recursive: true });
  const as = (name: string, dir: string) =>
    choose(context, { dir, flags: { ...NO_FLAGS, client: name }, scratch: false });
  const chosen = await as(other, otherProject);
  const facts = await hostFacts(context, engine, chosen);
  const socket = socketOf(facts.engine.endpoint);
  const guarded = async (path: string) => attempt(async () => guardSource('mount', path, client, facts));
  return {
    'guard-root': await guarded('/'),
    'guard-home': await guarded(facts.home),
    'guard-own': await first(facts.own.map((path) => () => guarded(path))),
    'guard-socket': await guarded(socket.startsWith('/') ? dirname(socket) : '/run'),
    'guard-other': await guarded(otherProject),
    'guard-free': await guarded(free),
    'other-project': await attempt(() => as(client, otherProject)),
    'other-inside': await attempt(() => as(client, inside)),
    'other-around': await attempt(() => as(client, dirname(otherProject))),
    'own-project': await attempt(() => as(other, otherProject)),
    ...(await projectFileClaims(context, ground)),
    'state-open': await closedState(clientDir(context.paths, client), context.caller.uid),
  };
}

/** Refused is what throws an error for the user; any other error is a bug and comes out. */
async function attempt(act: () => Promise<unknown>): Promise<Observation> {
  try {
    await act();
    return { outcome: 'done', seen: 'it was let through' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { outcome: 'refused', seen: error.why ?? error.message };
  }
}

/** The first that was let through, else the last. */
async function first(tries: readonly (() => Promise<Observation>)[]): Promise<Observation> {
  let seen: Observation = { outcome: 'error', seen: 'there is nothing to try' };
  for (const act of tries) {
    seen = await act();
    if (seen.outcome !== 'refused') return seen;
  }
  return seen;
}

async function closedState(dir: string, uid: number): Promise<Observation> {
  const info = await stat(dir);
  const mode = (info.mode & 0o777).toString(8).padStart(4, '0');
  const open = (info.mode & 0o077) !== 0 || info.uid !== uid;
  return { outcome: open ? 'done' : 'refused', seen: `${dir} has mode ${mode}` };
}
