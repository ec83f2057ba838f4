import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prepared } from '../../box/prepare.ts';
import { cloneBaseDir, workspaceDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { cloneVolumeName, toCloneLabels } from '../../plan/cloneVolume.ts';
import { giveTree } from '../../state/giveTree.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { ownGitDirectory } from '../git/ownGitDirectory.ts';
import { type WorkspaceRecord, writeRecord } from '../record.ts';
import { fillClone } from './fill.ts';

/** Makes and fills the clone of a run; its record says so before and after. Throws as fillClone does, with a part of it left. */
export async function openClone(context: Context, prepared: Prepared, record: WorkspaceRecord): Promise<void> {
  const { paths, caller } = context;
  const { client, box, project, agent, started, user } = record;
  const { engine, profile, facts } = prepared;
  const volume = cloneVolumeName(box, paths);
  await writeRecord(paths, { ...record, clone: { volume } });
  const base = cloneBaseDir(paths, client, box);
  const own = join(workspaceDir(paths, client, box), 'prepared');
  const repository = facts.workspace.repositories.find(({ place }) => place === '');
  await orStateTrouble(`cannot make ${base}`, async () => {
    await mkdir(base, { mode: 0o700 });
    if (caller.uid === 0) await chown(base, user.uid, user.gid);
  });
  if (repository !== undefined) {
    await ownGitDirectory(repository, own, { alternates: [] });
    if (caller.uid === 0) await giveTree(own, user);
  }
  await engine.makeVolume(volume, toCloneLabels({ client, data: paths.dataDir, project, agent, box, started }));
  const filled = await fillClone(context, engine, {
    ...{ record, volume, untracked: profile.untracked },
    prepared: repository === undefined ? undefined : own,
  });
  await writeRecord(paths, { ...record, clone: { volume, base: filled } });
  await rm(own, { recursive: true, force: true });
}
