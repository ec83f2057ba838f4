import type { AgentLogin, ParsedLogin } from '../agents/agent.ts';
import { formatSpan } from '../ui/time.ts';
import { expiredHostLogin, expiredOwnLogin } from './missing.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import { MARK_FILE, markOf, readMark, staysShared } from './sharedMark.ts';
import type { SourceDeps } from './sources/deps.ts';
import { readHostLogin } from './sources/hostLogin.ts';
import { hostDirectoryOf, stateDirOf } from './stateDir.ts';
import { readStateFile } from './stateFile.ts';

const SOON = 3_600_000;

/** A login, and what the user should know of it. */
export interface LoginChoice {
  readonly credential: Resolved;
  readonly notices: readonly string[];
}

/** The login in the state of the client as it is now. `mark` is there when it came from the host with its refresh token. */
interface InState {
  readonly text: string | undefined;
  readonly login: ParsedLogin | undefined;
  readonly mark: string | undefined;
}

/**
 * The login that serves an agent when no credential does, undefined when there is none. One made in the box stays as it
 * is; with `login: host` a copy of the host's takes the place of nothing or of an older copy, without its refresh token
 * unless `share_refresh` says so; with `share_host_login` the host's itself is used.
 * Throws UserError('credentials') for one that has expired.
 */
export async function resolveLogin(
  request: CredentialRequest,
  login: AgentLogin,
  deps: SourceDeps,
): Promise<LoginChoice | undefined> {
  const { profile, agent } = request;
  const dir = stateDirOf(profile, agent, deps);
  const text = readStateFile(dir, login.file);
  const state: InState = { text, login: text === undefined ? undefined : login.parse(text), mark: readMark(dir) };
  const isOwn = state.login?.renews === true && state.mark === undefined;
  const mayCopy = profile.login === 'host' && hostDirectoryOf(profile, agent, deps) === undefined;
  const copy = mayCopy && (!isOwn || request.fresh) ? await hostCopy(request, login, state, deps) : undefined;
  return copy ?? keptLogin(request, login, state, deps);
}

/** A copy of the host's login, undefined when there is none or when what is in the state still serves. */
async function hostCopy(
  request: CredentialRequest,
  login: AgentLogin,
  { text, login: state, mark }: InState,
  deps: SourceDeps,
): Promise<LoginChoice | undefined> {
  const { profile, agent, fresh } = request;
  const now = deps.now().getTime();
  const host = await readHostLogin(login, deps);
  const parsed = host === undefined ? undefined : login.parse(host.text);
  if (host === undefined || parsed === undefined) return undefined;
  const withRefresh = profile.shareRefresh && parsed.renews;
  if (mark !== undefined && state?.renews && staysShared(mark, parsed, state, withRefresh)) return undefined;
  if (!withRefresh && parsed.expires !== undefined && !isAlive(parsed.expires, now)) {
    if (state !== undefined && isAlive(state.expires, now) && !fresh) return undefined;
    throw expiredHostLogin(request, parsed.expires);
  }
  const newMark = withRefresh ? markOf(parsed) : '';
  const credential: Resolved = {
    ...named(request, login, `login of the host, ${host.place}`, parsed.expires),
    delivery: 'file',
    // A copy renews nothing by itself, so a newer one may replace it; what another box made meanwhile may not be lost.
    when: text === undefined && !fresh ? 'once' : 'always',
    value: parsed.copyInto(text, profile.shareRefresh),
    ...(newMark === (mark ?? '') ? {} : { note: { path: `${agent.stateDir}/${MARK_FILE}`, content: newMark } }),
  };
  return { credential, notices: withRefresh ? [] : expiryNotice(parsed.expires, now) };
}

function keptLogin(
  request: CredentialRequest,
  login: AgentLogin,
  { login: state, mark }: InState,
  deps: SourceDeps,
): LoginChoice | undefined {
  if (state === undefined) return undefined;
  const now = deps.now().getTime();
  const kept = (source: string, notices: readonly string[]): LoginChoice => ({
    credential: { ...named(request, login, source, state.expires), delivery: 'kept' },
    notices,
  });
  const ofHost = hostDirectoryOf(request.profile, request.agent, deps);
  if (ofHost === undefined && state.renews) {
    const own = 'login of the client, made in its box';
    return kept(mark === undefined ? own : 'login of the host, copied with its refresh token', []);
  }
  if (!state.renews && state.expires !== undefined && !isAlive(state.expires, now)) {
    throw ofHost === undefined ? expiredOwnLogin(request, state.expires) : expiredHostLogin(request, state.expires);
  }
  if (ofHost !== undefined) return kept(`login of the host itself, in ${ofHost}`, []);
  return kept('login copied earlier', expiryNotice(state.expires, now));
}

function named({ agent }: CredentialRequest, login: AgentLogin, source: string, expires: number | undefined) {
  return { name: `${agent.name} login`, source, expires, path: `${agent.stateDir}/${login.file}` };
}

function isAlive(expires: number | undefined, now: number): boolean {
  return expires === undefined || expires > now;
}

function expiryNotice(expires: number | undefined, now: number): readonly string[] {
  if (expires === undefined || expires - now > SOON) return [];
  return [`the copied login ends in ${formatSpan(expires - now)}; agentbox login makes one that renews itself`];
}
