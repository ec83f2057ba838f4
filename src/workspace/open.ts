import type { Prepared } from '../box/prepare.ts';
import { workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { privateDirectory } from '../state/privateDirectory.ts';
import { openGit } from './git/openGit.ts';
import { makeMaskFile } from './mask/file.ts';
import { writeRecord } from './record.ts';

/** Makes what the mounts of a box's workspace lead to, and its record; called under the client's lock, just before the launch. */
export async function openWorkspace({ paths, now }: Pick<Context, 'paths' | 'now'>, prepared: Prepared): Promise<void> {
  const { profile, agent, project, facts, engine, box } = prepared;
  // Nothing of it is ever taken in anywhere.
  if (project.scratch) return;
  const { uid, gid, keepId } = box;
  const folder = workspaceDir(paths, profile.client, box.name);
  await privateDirectory(folder);
  if (facts.workspace.masked.length > 0) await makeMaskFile(folder);
  const starts = await openGit(folder, facts.workspace.repositories, facts.caller, { uid, gid });
  await writeRecord(paths, {
    format: 1,
    box: box.name,
    ...{ client: profile.client, agent: agent.name, project: project.path, workspace: profile.workspace },
    ...{ engine: engine.kind, runtime: box.runtime, user: { uid, gid, keepId }, target: box.workdir },
    ...{ started: now().toISOString(), facts: facts.workspace, starts },
  });
}
