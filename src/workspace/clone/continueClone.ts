import { rename } from 'node:fs/promises';
import type { Prepared } from '../../box/prepare.ts';
import type { Chosen } from '../../box/resolveRun.ts';
import { workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { isAlive } from '../../engine/alive.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { withLock } from '../../state/lock.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import type { WorkspaceFacts } from '../facts.ts';
import { readRecord, recordsOf, type WorkspaceRecord, writeRecord } from '../record.ts';

/** Milliseconds that another command may be at work on the clone. */
const LIMIT = 5000;

/**
 * The clone that a run with `--resume` goes on in: the newest of the client, project and agent, whose box does not run any more.
 * Undefined for any other run, and where there is none.
 */
export async function continuedClone(
  { paths }: Pick<Context, 'paths'>,
  engine: Engine,
  { profile, agent, project, resume, name }: Pick<Chosen, 'profile' | 'agent' | 'project' | 'resume' | 'name'>,
): Promise<WorkspaceFacts['continues']> {
  if (!resume || profile.workspace !== 'clone') return undefined;
  const records = await recordsOf(paths, profile.client);
  const running = await runningBoxes(engine);
  // A box that is started anew goes on in its own.
  const own = records.filter(({ box, clone }) => box === name && clone?.base !== undefined);
  const found = (own.length > 0 ? own : records).findLast(
    (record) =>
      record.clone?.base !== undefined &&
      record.engine === engine.kind &&
      record.project === project.path &&
      record.agent === agent.name &&
      !running.has(record.box),
  );
  return found?.clone === undefined ? undefined : { box: found.box, volume: found.clone.volume };
}

/** Makes the clone of an earlier box that of `record`, its own record with it. Throws UserError('refused') when it is in use or gone. */
export async function continueClone(
  { paths }: Pick<Context, 'paths'>,
  { engine }: Pick<Prepared, 'engine'>,
  from: string,
  { client, box, runtime, user, target, started }: WorkspaceRecord,
): Promise<void> {
  const folder = workspaceDir(paths, client, from);
  await withLock(
    folder,
    async () => {
      const old = await readRecord(paths, client, from);
      if (old?.clone?.base === undefined || (await runningBoxes(engine)).has(from)) {
        throw new UserError('refused', `the clone of ${from} is in use, or gone`, {
          next: ['agentbox ls', 'run it again'],
        });
      }
      const to = workspaceDir(paths, client, box);
      await orStateTrouble(`cannot rename ${folder}`, () => rename(folder, to));
      await writeRecord(paths, { ...old, box, runtime, user, target, started });
    },
    LIMIT,
  );
}

async function runningBoxes(engine: Engine): Promise<ReadonlySet<string>> {
  return new Set((await engine.boxes({})).filter(isAlive).map(({ name }) => name));
}
