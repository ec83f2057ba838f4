import type { Agent } from '../../agents/agent.ts';
import { UserError } from '../../errors.ts';
import type { MergedProfile } from '../merge.ts';
import { PROJECT_FILE, REMEDY } from './read.ts';

/** Throws UserError('project') with the remedy where a project file has permissions that the agent cannot be told. */
export function checkPermissions({ profile, origin }: MergedProfile, agent: Agent): void {
  if (origin[`permissions.${agent.name}`] !== 'project') return;
  const { autonomy, providers, permissions } = profile;
  try {
    const [provider, own] = [providers[agent.name], permissions[agent.name]];
    agent.command({ autonomy, resume: false, workspace: '/workspace', provider, permissions: own });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const next = [`look at permissions in ${PROJECT_FILE}: ${REMEDY[0]}`, ...REMEDY.slice(1)];
    throw new UserError('project', error.message, {
      ...(error.why === undefined ? {} : { why: error.why }),
      next,
      cause: error,
    });
  }
}
