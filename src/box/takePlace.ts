import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { orStateTrouble } from '../state/trouble.ts';
import { keptWorkspaces } from '../workspace/kept.ts';
import { readRecord } from '../workspace/record.ts';
import { unreviewed } from '../workspace/unreviewed.ts';
import { whatIsLeft } from '../workspace/whatIsLeft.ts';
import type { Prepared } from './prepare.ts';

/**
 * Takes an ended box away so that another one can have its name and its workspace; called just before the launch, when all that would
 * refuse it has been asked. Nothing is lost with it: its root is read-only and its home was memory. Throws UserError('refused') while
 * something of a bound workspace waits for its review.
 */
export async function takePlace(context: Context, { engine, profile, box }: Prepared, id: string): Promise<void> {
  const { client, workspace } = profile;
  const record = await readRecord(context.paths, client, box.name);
  if (record !== undefined && record.workspace !== workspace) {
    throw new UserError('refused', `the workspace of ${box.name} is a ${record.workspace}, not ${workspace}`, {
      why: 'what is in it would be left behind',
      next: [`agentbox run --resume --name ${box.name} --workspace ${record.workspace}`],
    });
  }
  if (record?.workspace === 'bind') {
    const kept = (await keptWorkspaces(context, engine, client)).find((one) => one.box === box.name);
    const left = kept && (await whatIsLeft(context, engine, kept));
    if (kept !== undefined && left !== undefined) throw unreviewed({ kept, left }, `agentbox rm --force ${box.name}`);
  }
  await engine.remove(id);
  if (record !== undefined && workspace !== 'clone') await clear(workspaceDir(context.paths, client, box.name));
}

/** Everything of an earlier start, but for what the box has put out for its user, and the lock of this one. */
async function clear(folder: string): Promise<void> {
  const names = (await orStateTrouble(`cannot read ${folder}`, () => readdir(folder))).filter((name) => name !== 'out');
  await orStateTrouble(`cannot remove all of ${folder}`, () =>
    Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true }))),
  );
}
