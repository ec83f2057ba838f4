import type { AgentLogin, ParsedLogin } from '../agents/agent.ts';
import { agentStateDir } from '../config/paths.ts';
import { formatSpan } from '../ui/time.ts';
import { expiredHostLogin, expiredOwnLogin } from './missing.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import type { SourceDeps } from './sources/deps.ts';
import { readHostLogin } from './sources/hostLogin.ts';
import { readStateFile } from './stateFile.ts';

const SOON = 3_600_000;

/** A login, and what the user should know of it. */
export interface LoginChoice {
  readonly credential: Resolved;
  readonly notices: readonly string[];
}

/**
 * The login that serves an agent when no credential does, undefined when there is none. One made in the box stays as it
 * is; with `login: host` a copy of the host's, without its refresh token, takes the place of nothing or of an older copy.
 * Throws UserError('credentials') for one that has expired.
 */
export async function resolveLogin(
  request: CredentialRequest,
  login: AgentLogin,
  deps: SourceDeps,
): Promise<LoginChoice | undefined> {
  const { profile, agent } = request;
  const text = readStateFile(agentStateDir(deps.paths, profile.client, agent.name), login.file);
  const state = text === undefined ? undefined : login.parse(text);
  const wantsCopy = profile.login === 'host' && (state?.renews !== true || request.fresh);
  const copy = wantsCopy ? await hostCopy(request, login, { text, state }, deps) : undefined;
  return copy ?? (state === undefined ? undefined : keptLogin(request, login, state, deps));
}

/** A copy of the host's login, undefined when there is none or when an older copy still serves. */
async function hostCopy(
  request: CredentialRequest,
  login: AgentLogin,
  { text, state }: { readonly text: string | undefined; readonly state: ParsedLogin | undefined },
  deps: SourceDeps,
): Promise<LoginChoice | undefined> {
  const now = deps.now().getTime();
  const host = await readHostLogin(login, deps);
  const parsed = host === undefined ? undefined : login.parse(host.text);
  if (host === undefined || parsed === undefined) return undefined;
  if (parsed.expires !== undefined && !isAlive(parsed.expires, now)) {
    if (state !== undefined && isAlive(state.expires, now) && !request.fresh) return undefined;
    throw expiredHostLogin(request, parsed.expires);
  }
  const credential: Resolved = {
    ...named(request, login, `login of the host, ${host.place}`, parsed.expires),
    delivery: 'file',
    // A copy renews nothing by itself, so a newer one may replace it; what another box made meanwhile may not be lost.
    when: text === undefined && !request.fresh ? 'once' : 'always',
    value: parsed.copyInto(text),
  };
  return { credential, notices: expiryNotice(parsed.expires, now) };
}

function keptLogin(request: CredentialRequest, login: AgentLogin, state: ParsedLogin, deps: SourceDeps): LoginChoice {
  const now = deps.now().getTime();
  if (state.renews) {
    const credential = named(request, login, 'login of the client, made in its box', state.expires);
    return { credential: { ...credential, delivery: 'kept' }, notices: [] };
  }
  if (state.expires !== undefined && !isAlive(state.expires, now)) throw expiredOwnLogin(request, state.expires);
  const credential = named(request, login, 'login copied earlier', state.expires);
  return { credential: { ...credential, delivery: 'kept' }, notices: expiryNotice(state.expires, now) };
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
