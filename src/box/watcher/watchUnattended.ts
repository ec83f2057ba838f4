import { stat } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { isAlive } from '../../engine/alive.ts';
import type { BoxInfo, Engine } from '../../engine/engine.ts';
import { runtimeSocket } from '../../network/keeper/runtimeDirectory.ts';
import { keeperKey } from '../../plan/gatewayNames.ts';
import { labelsOfClient } from '../../plan/labels.ts';
import { recordsOf, type WorkspaceRecord } from '../../workspace/record.ts';
import { isAlone } from '../joined/presence.ts';
import { startWatcher } from './startWatcher.ts';

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'paths' | 'program' | 'config'>;

/** Milliseconds after which a lock without a sign of life is nobody's. */
const STALE = 5_000;

/**
 * Starts the watcher of a client's boxes on an engine, where boxes run whose project the host shares, nobody is joined to one of them
 * and no watcher is there. Throws UserError.
 */
export async function watchUnattended(context: Deps, client: string, engine: Engine): Promise<void> {
  if ((await watchedRecords(context, client, engine)).length === 0) return;
  const lock = await watcherLock(context, client, engine);
  if ((await isHeld(lock)) || !(await isNeeded(context, client, engine))) return;
  const { endpoint } = await engine.facts();
  await startWatcher(context, { client, engine: { kind: engine.kind, endpoint } });
}

/** True while a box runs whose project is to be watched and nobody is joined to it. */
export async function isNeeded(context: Deps, client: string, engine: Engine): Promise<boolean> {
  const [records, boxes] = await Promise.all([
    watchedRecords(context, client, engine),
    engine.boxes(labelsOfClient(client, context.paths.dataDir)),
  ]);
  return boxesOf(records, boxes).some(({ id }) => isAlone(context, id));
}

/** The records of a client whose projects are to be watched on an engine while their boxes run. */
export async function watchedRecords(
  { paths }: Pick<Context, 'paths'>,
  client: string,
  engine: Pick<Engine, 'kind'>,
): Promise<readonly WorkspaceRecord[]> {
  return (await recordsOf(paths, client)).filter(
    ({ workspace, facts, engine: kind }) =>
      workspace === 'bind' && facts.baseline !== undefined && kind === engine.kind,
  );
}

/** The boxes of these records that run. Pure. */
export function boxesOf(records: readonly WorkspaceRecord[], boxes: readonly BoxInfo[]): readonly BoxInfo[] {
  return boxes.filter((box) => isAlive(box) && records.some((record) => record.box === box.name));
}

/** What the one watcher of a client on an engine has locked. */
export async function watcherLock(context: Deps, client: string, engine: Engine): Promise<string> {
  const { endpoint } = await engine.facts();
  return runtimeSocket(context, `watch-${keeperKey(client, context.paths, endpoint)}`);
}

async function isHeld(lock: string): Promise<boolean> {
  const entry = await stat(`${lock}.lock`).catch(() => undefined);
  return entry !== undefined && Date.now() - entry.mtimeMs < STALE;
}
