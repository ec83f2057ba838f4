import { servingNames, wiringsOf } from '../agents/serving.ts';
import { serves } from '../providers/aws.ts';
import { hasKeyHeader } from '../providers/headers.ts';
import { configured } from './configured.ts';
import type { CredentialRequest } from './resolved.ts';

/**
 * True when a configured credential, a variable or a header of the provider serves the agent, so that nothing else is
 * looked for. Pure.
 */
export function isServed(request: CredentialRequest): boolean {
  const { agent, profile } = request;
  const provider = profile.providers[agent.name];
  if (provider !== undefined && hasKeyHeader(provider)) return true;
  const given = givenNames(request);
  const others = provider === undefined ? agent.otherProviders : [];
  return (
    [...servingNames(profile, agent), ...others].some((name) => serves(name, (one) => given.has(one))) ||
    hasLoginFile(request)
  );
}

/** The names of everything that is configured to be in the environment of the box, credential or not. Pure. */
export function givenNames(request: CredentialRequest): ReadonlySet<string> {
  const { env } = request;
  const variables = Object.entries({ ...env.file, ...env.profile, ...env.flags });
  return new Set([
    ...variables.flatMap(([name, value]) => (value === '' ? [] : [name])),
    ...configured(request).flatMap(({ name, credential }) => (typeof credential.deliver === 'object' ? [] : [name])),
  ]);
}

function hasLoginFile(request: CredentialRequest): boolean {
  const { agent, profile } = request;
  if (agent.login === undefined || !wiringsOf(profile, agent).some(({ login }) => login)) return false;
  const path = `${agent.stateDir}/${agent.login.file}`;
  return configured(request).some(
    ({ credential: { deliver } }) => typeof deliver === 'object' && deliver.file === path,
  );
}
