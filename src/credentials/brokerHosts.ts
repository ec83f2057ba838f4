import { AGENTS } from '../agents/index.ts';
import { servingNames } from '../agents/serving.ts';
import type { ProviderName } from '../config/profile.ts';
import { TOKEN_HOST } from '../providers/google/tokenHost.ts';
import type { CredentialRequest } from './resolved.ts';

/** Tokens of services that serve no model. A token for a registry or a host of one's own has no host until the user names it. */
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  ...same(
    ['GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_PERSONAL_ACCESS_TOKEN'],
    [...['github.com', 'api.github.com', 'uploads.github.com', 'raw.githubusercontent.com', 'codeload.github.com']],
  ),
  ...same(['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN'], ['gitlab.com']),
  ...same(['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'], ['huggingface.co']),
  ...same(['OPENROUTER_API_KEY'], ['openrouter.ai']),
};

/** The hosts that a credential is for, `host` or `host:port`, or why none can be named. */
export type KnownHosts = { readonly hosts: readonly string[] } | { readonly why: string };

const PLAIN: KnownHosts = { why: 'its address is plain HTTP' };
const NONE: KnownHosts = { why: 'no host is known for it' };

/** The hosts of a credential by its name: those of the agent's provider that takes it, and the well-known ones. Pure. */
export function hostsOfName(name: string, request: CredentialRequest): KnownHosts {
  const { profile, agent } = request;
  const serves = servingNames(profile, agent).includes(name);
  const named = profile.providers[agent.name];
  if (serves && named?.baseUrl?.startsWith('http:')) return PLAIN;
  const providers: readonly ProviderName[] = named === undefined ? agent.defaultProviders : [named.name];
  const own = providers.flatMap((provider) => {
    const wiring = agent.providers[provider];
    const takes = [...(wiring?.credentials ?? []), ...(wiring?.alsoServedBy ?? [])];
    return takes.includes(name) ? modelHosts(wiring?.hosts(named)) : [];
  });
  const known = [...new Set([...own, ...(WELL_KNOWN[name] ?? [])])];
  const hosts = known.length > 0 || serves ? known : hostsElsewhere(name);
  return hosts.length === 0 ? NONE : { hosts };
}

/** The hosts of a header of the agent's provider. Pure. */
export function hostsOfHeader({ profile, agent }: CredentialRequest): KnownHosts {
  const provider = profile.providers[agent.name];
  if (provider?.baseUrl?.startsWith('http:')) return PLAIN;
  const hosts = modelHosts(provider && agent.providers[provider.name]?.hosts(provider));
  return hosts.length === 0 ? NONE : { hosts };
}

/** Where tokens are traded no key and no header goes. */
function modelHosts(hosts: readonly string[] = []): readonly string[] {
  return hosts.filter((host) => host !== TOKEN_HOST);
}

/** What the name means to agents that take it: for the shell, and whatever else is not served by it. */
function hostsElsewhere(name: string): readonly string[] {
  const hosts = AGENTS.flatMap(({ providers }) =>
    Object.values(providers).flatMap((wiring) => (wiring.credentials.includes(name) ? wiring.hosts(undefined) : [])),
  );
  return [...new Set(hosts)];
}

function same(names: readonly string[], hosts: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.map((name) => [name, hosts]));
}
