import type { Prepared } from '../box/prepare.ts';
import { workspaceDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { privateDirectory } from '../state/privateDirectory.ts';
import { openGit } from './git/openGit.ts';
import { makeMaskFile } from './mask/file.ts';
import { newRecord } from './newRecord.ts';
import { openOut } from './readonly/out.ts';
import type { WorkspaceRecord } from './record.ts';

/**
 * Makes what the mounts of a box's workspace lead to, and gives the record that is to be written before the box starts; called under
 * the client's lock, just before the launch. Undefined where there is none, or where it is there already, as for a clone: see withWorkspace.
 */
export async function openWorkspace(context: Context, prepared: Prepared): Promise<WorkspaceRecord | undefined> {
  const { profile, project, facts, box } = prepared;
  // Nothing of the client's own folder is ever taken in anywhere.
  if (project.scratch || profile.workspace === 'clone') return undefined;
  const folder = workspaceDir(context.paths, profile.client, box.name);
  await privateDirectory(folder);
  if (facts.workspace.masked.length > 0) await makeMaskFile(folder);
  const starts = await openGit(folder, facts.workspace.repositories, facts.caller, box);
  const record = { ...newRecord(context, prepared), starts };
  if (profile.workspace === 'readonly') await openOut(context, record);
  return record;
}
