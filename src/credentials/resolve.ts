import { normalize } from 'node:path';
import { HOME } from '../agents/agent.ts';
import { credentialNames, needsProvider, wiringsOf } from '../agents/serving.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { UserError } from '../errors.ts';
import { AWS_KEY, isKeyPart, serves } from '../providers/aws.ts';
import { checkProvider } from '../providers/check.ts';
import { broughtByProvider } from '../providers/index.ts';
import { AUTO, brokering, settleBrokered, type Wanted } from './broker.ts';
import { configured, replaced } from './configured.ts';
import { headersOf, resolveHeader } from './header.ts';
import { resolveLogin } from './login.ts';
import { noCredentials } from './missing.ts';
import { readNamed } from './readNamed.ts';
import type { CredentialRequest, Resolution, Resolved } from './resolved.ts';
import type { Named } from './select.ts';
import { isServed } from './served.ts';
import type { SourceDeps } from './sources/deps.ts';
import { sourceInWords } from './sources/index.ts';

/**
 * Every credential that the agent of a run gets, with its value. Throws UserError('credentials') with the remedy when a
 * source gives nothing, a login has expired, or nothing serves an agent that needs to be served.
 */
export async function resolveCredentials(request: CredentialRequest, deps: SourceDeps): Promise<Resolution> {
  // In order, one at a time: two commands or keychains that ask something would talk over each other.
  const credentials: Resolved[] = [];
  for (const named of configured(request)) credentials.push(await resolveNamed(named, request, deps));
  for (const header of headersOf(request)) credentials.push(await resolveHeader(header, request, deps));
  const fallback = await resolveFallback(request, deps);
  const settled = settleBrokered([...credentials, ...(fallback?.credentials ?? [])]);
  return {
    credentials: settled.credentials,
    notices: [...replaced(request), ...(fallback?.notices ?? []), ...settled.notices],
  };
}

/** One configured credential with its value; what its source throws comes out with the credential's name before it. */
export async function resolveNamed(named: Named, request: CredentialRequest, deps: SourceDeps): Promise<Resolved> {
  const { name, credential } = named;
  const { deliver } = credential;
  const path = typeof deliver === 'object' ? checkedPath(name, deliver.file) : undefined;
  const value = await readNamed(credential.source, deps, { client: request.profile.client, name });
  const known = { name, source: sourceInWords(credential.source), expires: undefined, value };
  if (path === undefined)
    return brokering({ ...known, delivery: 'env' }, { ...credential, renew: renewalOf(named) }, request);
  return { ...known, delivery: 'file', path, when: request.fresh ? 'always' : 'once' };
}

/** A program can be asked again; the parts of a key of AWS belong together, and each program knows of one. */
function renewalOf({ name, credential: { source } }: Named): Wanted['renew'] {
  return 'command' in source && !isKeyPart(name) ? { command: source.command } : undefined;
}

/** As findFallback; throws UserError('credentials') when nobody serves the agent. */
export async function resolveFallback(request: CredentialRequest, deps: SourceDeps): Promise<Resolution | undefined> {
  const found = await findFallback(request, deps);
  if (found === 'nobody') throw noCredentials(request);
  return found;
}

/**
 * What serves the agent when nothing configured does: what its provider brings (Google credentials, a profile of AWS), for
 * client `default` the caller's own environment, then a login; else `nobody`. Undefined when something configured serves
 * it, or it needs nothing. Throws UserError('credentials') for what is there and does not serve, UserError('config') for a
 * provider it does not have.
 */
export async function findFallback(
  request: CredentialRequest,
  deps: SourceDeps,
): Promise<Resolution | 'nobody' | undefined> {
  const { agent, profile } = request;
  checkProvider(profile, agent);
  if (!needsProvider(agent)) return undefined;
  const brought = await broughtByProvider(request, deps);
  if (brought !== undefined) return brought;
  if (isServed(request)) return undefined;
  const variables = profile.client === DEFAULT_CLIENT ? variablesOf(deps.env, credentialNames(profile, agent)) : [];
  if (variables.length > 0) {
    const credentials = variables.map((name) => {
      const credential = { ...AUTO, source: { env: name }, agents: undefined };
      return resolveNamed({ name, credential }, request, deps);
    });
    return { credentials: await Promise.all(credentials), notices: [] };
  }
  const takesLogin = wiringsOf(profile, agent).some((wiring) => wiring.login);
  const login = agent.login === undefined || !takesLogin ? undefined : await resolveLogin(request, agent.login, deps);
  if (login === undefined) return 'nobody';
  return { credentials: [login.credential], notices: login.notices };
}

/** The strongest name that the caller's environment has, with all that belongs to it. */
function variablesOf(env: SourceDeps['env'], names: readonly string[]): readonly string[] {
  const given = (name: string) => Boolean(env[name]);
  const strongest = names.find((name) => serves(name, given));
  if (strongest === undefined) return [];
  return isKeyPart(strongest) ? AWS_KEY.filter(given) : [strongest];
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
