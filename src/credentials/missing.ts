import { credentialNames, wiringsOf } from '../agents/serving.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { UserError } from '../errors.ts';
import { AWS_KEY } from '../providers/aws.ts';
import type { CredentialRequest } from './resolved.ts';

/** The error of an agent that nothing serves, with each way to mend it. */
export function noCredentials(request: CredentialRequest): UserError {
  const { profile, agent } = request;
  const provider = profile.providers[agent.name];
  const named = provider === undefined ? '' : ` with ${provider.name}`;
  return new UserError('credentials', `no credentials for ${agent.name}${named} in client ${profile.client}`, {
    why: whyNone(request),
    next: [
      ...ownLogin(request),
      ...cloudRemedies(request),
      ...variableRemedies(request),
      ...hostLogin(request),
      ...(profile.client === DEFAULT_CLIENT ? ['agentbox init   (sets a client up by a few questions)'] : []),
    ],
  });
}

function whyNone({ profile, agent }: CredentialRequest): string {
  const provider = profile.providers[agent.name];
  if (provider?.name === 'vertex') {
    return profile.login === 'host'
      ? 'this machine has no application default credentials, and the provider names no file'
      : "the provider names no file, and another client does not get this machine's own";
  }
  if (profile.client !== DEFAULT_CLIENT) return 'no credential of the client is for it, and it has no login of its own';
  const login = takesLogin({ profile, agent }) ? `, and ${agent.title} is not logged in on this machine` : '';
  return `${credentialNames(profile, agent).join(', ')}: none is set${login}`;
}

function cloudRemedies({ profile, agent }: CredentialRequest): readonly string[] {
  const provider = profile.providers[agent.name];
  const place = `in config.yaml, client ${profile.client}: providers.${agent.name}`;
  if (provider?.name === 'vertex') {
    return [
      ...(profile.login === 'host' ? ['gcloud auth application-default login'] : []),
      `${place}.adc: FILE   (application default credentials, or the key of a service account)`,
    ];
  }
  return provider?.name === 'bedrock' ? [`${place}.profile: NAME   (a profile of the aws command)`] : [];
}

function variableRemedies({ profile, agent }: CredentialRequest): readonly string[] {
  const names = credentialNames(profile, agent);
  const strongest = names.find((name) => name.endsWith('_API_KEY')) ?? names[0];
  if (strongest === undefined) return [];
  const all = names.includes(AWS_KEY[0]) ? AWS_KEY.slice(0, 2) : [strongest];
  if (profile.client === DEFAULT_CLIENT) return [`export ${all.map((name) => `${name}=…`).join(' ')}`];
  const entries = all.map((name) => `${name}: { env: ${name} }`).join(', ');
  return [`in config.yaml, client ${profile.client}: credentials: { ${entries} }`];
}

function ownLogin(request: CredentialRequest): readonly string[] {
  return takesLogin(request) ? [`${loginCommand(request)}   (a login of its own)`] : [];
}

function hostLogin(request: CredentialRequest): readonly string[] {
  const { profile, agent } = request;
  if (profile.login === 'host') return [];
  const vertex = profile.providers[agent.name]?.name === 'vertex';
  if (!vertex && !takesLogin(request)) return [];
  return [`in config.yaml, client ${profile.client}: login: host   (a copy of your own)`];
}

function takesLogin({ profile, agent }: Pick<CredentialRequest, 'profile' | 'agent'>): boolean {
  return agent.login !== undefined && wiringsOf(profile, agent).some(({ login }) => login);
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
