import { DEFAULT_CLIENT } from '../config/names.ts';
import { UserError } from '../errors.ts';
import type { CredentialRequest } from './resolved.ts';

/** The error of an agent that nothing serves, with each way to mend it. */
export function noCredentials(request: CredentialRequest): UserError {
  const { profile, agent } = request;
  const isDefault = profile.client === DEFAULT_CLIENT;
  const variable = agent.credentials.find((name) => name.endsWith('_API_KEY')) ?? agent.credentials[0];
  return new UserError('credentials', `no credentials for ${agent.name} in client ${profile.client}`, {
    why: isDefault
      ? `${agent.credentials.join(', ')}: none is set, and ${agent.title} is not logged in on this machine`
      : 'no credential of the client is for it, and it has no login of its own',
    next: [
      `${loginCommand(request)}   (a login of its own)`,
      ...(variable === undefined
        ? []
        : [
            isDefault
              ? `export ${variable}=…`
              : `in config.yaml, client ${profile.client}: credentials: { ${variable}: { env: ${variable} } }`,
          ]),
      ...(profile.login === 'host'
        ? []
        : [`in config.yaml, client ${profile.client}: login: host   (a copy of your own)`]),
    ],
  });
}

/** The host's login has ended; the agent renews it on the host whenever it runs there. */
export function expiredHostLogin(request: CredentialRequest, expires: number): UserError {
  return new UserError('credentials', `the login of ${request.agent.title} on this machine has expired`, {
    why: `it ended at ${new Date(expires).toISOString()}, and a copy cannot be renewed`,
    next: [
      `${request.agent.name}   (run here, outside of a box, it renews its login)`,
      `${loginCommand(request)}   (a login of its own)`,
    ],
  });
}

/** A login in the client's state that cannot renew itself has ended. */
export function expiredOwnLogin(request: CredentialRequest, expires: number): UserError {
  const { agent, profile } = request;
  return new UserError('credentials', `the login of ${agent.name} in client ${profile.client} has expired`, {
    why: `it ended at ${new Date(expires).toISOString()} and holds nothing to renew it with`,
    next: [loginCommand(request)],
  });
}

function loginCommand({ profile, agent }: CredentialRequest): string {
  const client = profile.client === DEFAULT_CLIENT ? '' : ` --client ${profile.client}`;
  return `agentbox login${client}${agent.name === profile.agent ? '' : ` --agent ${agent.name}`}`;
}
