import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { ProjectFacts } from '../plan/facts.ts';
import { PLAIN_WORKSPACE, type WorkspaceFacts } from './facts.ts';

/** What is to be known of a project before its box is planned; only reads. Throws UserError('refused') for what cannot be guarded. */
export async function lookAtWorkspace(
  _context: Pick<Context, 'execute' | 'env' | 'paths'>,
  _profile: Profile,
  _project: ProjectFacts,
): Promise<WorkspaceFacts> {
  return PLAIN_WORKSPACE;
}
