import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';
import type { WorkspaceRecord } from './record.ts';

/** The record of the workspace of a box that is about to be made. */
export function newRecord({ now }: Pick<Context, 'now'>, prepared: Prepared): WorkspaceRecord {
  const { profile, agent, project, facts, engine, box } = prepared;
  const { uid, gid, keepId } = box;
  return {
    format: 1,
    box: box.name,
    ...{ client: profile.client, agent: agent.name, project: project.path, workspace: profile.workspace },
    ...{ engine: engine.kind, runtime: box.runtime, user: { uid, gid, keepId }, target: box.workdir },
    ...{ started: now().toISOString(), facts: facts.workspace, starts: [] },
  };
}
