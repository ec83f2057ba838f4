import { AGENTS } from '../agents/index.ts';
import type { CredentialRequest } from './resolved.ts';
import { credentialsFor, type Named } from './select.ts';

/** The configured credentials that a run uses: those of its agent that no `--env` replaces. Pure. */
export function configured(request: CredentialRequest): readonly Named[] {
  return credentialsFor(request.profile, request.agent, AGENTS).filter((named) => !isReplaced(named, request));
}

/** The other ones, a notice each. Pure. */
export function replaced(request: CredentialRequest): readonly string[] {
  return credentialsFor(request.profile, request.agent, AGENTS)
    .filter((named) => isReplaced(named, request))
    .map(({ name }) => `--env ${name} replaces the credential of that name`);
}

function isReplaced({ name, credential }: Named, { env }: CredentialRequest): boolean {
  return typeof credential.deliver !== 'object' && env.flags[name] !== undefined;
}
