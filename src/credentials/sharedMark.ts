import { createHash } from 'node:crypto';
import type { Agent, ParsedLogin } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { stateDirOf } from './stateDir.ts';
import { readStateFile } from './stateFile.ts';

/**
 * With `share_refresh` a copied login renews itself like one that was made in the box. This file beside it, at the top of
 * the state directory, tells the two apart: it holds the mark of the login that was copied, or nothing.
 */
export const MARK_FILE = '.agentbox-shared-login';

/** The mark of the login that was copied into a state directory, undefined when the login there is the client's own. */
export function readMark(stateDir: string): string | undefined {
  return readStateFile(stateDir, MARK_FILE)?.trim() || undefined;
}

/** What tells one renewal of a login from the next; a hash, not a secret. */
export function markOf(login: ParsedLogin): string {
  return createHash('sha256')
    .update(login.rotates ?? login.copyInto(undefined, true))
    .digest('hex');
}

/**
 * True when the login in the state is to stay although it is a copy: the host's has not changed since, so that what is in
 * the state is the same or newer. Of two that renewed, the later one has ended the other; only a new login of the host
 * can then have changed the host's, and it wins. `keepsRefresh`: a copy with its refresh token is still wanted. Pure.
 */
export function staysShared(mark: string, host: ParsedLogin, state: ParsedLogin, keepsRefresh: boolean): boolean {
  if (markOf(host) !== mark) return false;
  return keepsRefresh || markOf(state) !== mark;
}

/** For a box that is there to make a login: what it makes will be the client's own. Nothing where nothing was shared. */
export function endOfSharing(
  profile: Pick<Profile, 'client' | 'shareHostLogin'>,
  agent: Agent,
  context: Pick<Context, 'env' | 'paths'>,
): readonly Frame[] {
  if (readMark(stateDirOf(profile, agent, context)) === undefined) return [];
  return [{ op: 'file', path: `${agent.stateDir}/${MARK_FILE}`, mode: '600', when: 'always', content: '' }];
}
