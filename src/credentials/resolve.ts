import { normalize } from 'node:path';
import { HOME } from '../agents/agent.ts';
import { AGENTS } from '../agents/index.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { UserError } from '../errors.ts';
import { resolveLogin } from './login.ts';
import { noCredentials } from './missing.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import { credentialsFor, type Named } from './select.ts';
import type { SourceDeps } from './sources/deps.ts';
import { readSource, sourceInWords } from './sources/index.ts';

/** The credentials of a run, and what the user should know of them. */
export interface Resolution {
  readonly credentials: readonly Resolved[];
  readonly notices: readonly string[];
}

/**
 * Every credential that the agent of a run gets, with its value. Throws UserError('credentials') with the remedy when a
 * source gives nothing, a login has expired, or nothing serves an agent that needs to be served.
 */
export async function resolveCredentials(request: CredentialRequest, deps: SourceDeps): Promise<Resolution> {
  // In order, one at a time: two commands or keychains that ask something would talk over each other.
  const credentials: Resolved[] = [];
  for (const named of configured(request)) credentials.push(await resolveNamed(named, request, deps));
  const fallback = await resolveFallback(request, deps);
  return {
    credentials: [...credentials, ...(fallback?.credentials ?? [])],
    notices: [...replaced(request), ...(fallback?.notices ?? [])],
  };
}

/** The configured credentials that a run uses: those of its agent that no `--env` replaces. Pure. */
export function configured(request: CredentialRequest): readonly Named[] {
  return credentialsFor(request.profile, request.agent, AGENTS).filter((named) => !isReplaced(named, request));
}

function replaced(request: CredentialRequest): readonly string[] {
  return credentialsFor(request.profile, request.agent, AGENTS)
    .filter((named) => isReplaced(named, request))
    .map(({ name }) => `--env ${name} replaces the credential of that name`);
}

function isReplaced({ name, credential }: Named, { env }: CredentialRequest): boolean {
  return credential.deliver === 'env' && env.flags[name] !== undefined;
}

/** One configured credential with its value; what its source throws comes out with the credential's name before it. */
export async function resolveNamed(named: Named, request: CredentialRequest, deps: SourceDeps): Promise<Resolved> {
  const { name, credential } = named;
  const { deliver } = credential;
  const path = deliver === 'env' ? undefined : checkedPath(name, deliver.file);
  const value = await readSource(credential.source, deps).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.message.includes(name)) throw error;
    const { trouble, message, next, cause, why } = error;
    throw new UserError(trouble, `${name}: ${message}`, { next, cause, ...(why === undefined ? {} : { why }) });
  });
  const known = { name, source: sourceInWords(credential.source), expires: undefined, value };
  if (path === undefined) return { ...known, delivery: 'env' };
  return { ...known, delivery: 'file', path, when: request.fresh ? 'always' : 'once' };
}

/**
 * What serves the agent when nothing configured does: for client `default` the caller's own environment, then a login.
 * Undefined when something configured serves it, or it needs nothing. Throws UserError('credentials') when nothing does.
 */
export async function resolveFallback(request: CredentialRequest, deps: SourceDeps): Promise<Resolution | undefined> {
  const { agent, profile } = request;
  if (agent.credentials.length === 0 || isServed(request)) return undefined;
  const variable = profile.client === DEFAULT_CLIENT ? agent.credentials.find((name) => deps.env[name]) : undefined;
  if (variable !== undefined) {
    const credential = { source: { env: variable }, deliver: 'env', agents: undefined } as const;
    return { credentials: [await resolveNamed({ name: variable, credential }, request, deps)], notices: [] };
  }
  const login = agent.login === undefined ? undefined : await resolveLogin(request, agent.login, deps);
  if (login === undefined) throw noCredentials(request);
  return { credentials: [login.credential], notices: login.notices };
}

function isServed(request: CredentialRequest): boolean {
  const { agent, env } = request;
  const variables: Readonly<Record<string, string>> = { ...env.file, ...env.profile, ...env.flags };
  const loginPath = agent.login === undefined ? undefined : `${agent.stateDir}/${agent.login.file}`;
  return (
    [...agent.credentials, ...agent.otherProviders].some((name) => variables[name]) ||
    configured(request).some(
      ({ name, credential: { deliver } }) =>
        (deliver === 'env' && [...agent.credentials, ...agent.otherProviders].includes(name)) ||
        (deliver !== 'env' && deliver.file === loginPath),
    )
  );
}

/** Memory of the box and its client's state; anywhere else is read-only, or would put the secret into the project. */
function checkedPath(name: string, path: string): string {
  const isOwn = [HOME, '/tmp'].some((folder) => path.startsWith(`${folder}/`));
  if (isOwn && normalize(path) === path && !path.endsWith('/')) return path;
  throw new UserError('refused', `${name} cannot be delivered to ${path}`, {
    why: 'a credential goes only into the home directory of the box or its /tmp, never into a project',
    next: [`deliver: { file: ${HOME}/… }`],
  });
}
