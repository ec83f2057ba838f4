import { credentialNames } from '../agents/serving.ts';
import { UserError } from '../errors.ts';
import { configured } from './configured.ts';
import { headersOf, resolveHeader } from './header.ts';
import { brokerOf } from './inBox.ts';
import { resolveFallback, resolveNamed } from './resolve.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import { sharingRows } from './sharing.ts';
import type { SourceDeps } from './sources/deps.ts';
import { sourceInWords } from './sources/index.ts';

/** One line of `agentbox creds`: never a value. `expires` is ISO 8601. */
export interface CredentialRow {
  readonly client: string;
  readonly agent: string;
  readonly name: string;
  readonly source: string;
  readonly delivery: string;
  readonly expires: string | undefined;
  readonly state: 'ok' | 'missing' | 'not needed';
  readonly why: string | undefined;
  readonly next: readonly string[];
}

/** What one agent of a client would get, each credential judged by itself; reads every source but keeps no value. */
export async function reportCredentials(
  request: CredentialRequest,
  deps: SourceDeps,
): Promise<readonly CredentialRow[]> {
  const rows: CredentialRow[] = [];
  for (const named of configured(request)) {
    const { source, deliver } = named.credential;
    const absent = {
      name: named.name,
      source: sourceInWords(source),
      delivery: typeof deliver === 'object' ? `file ${deliver.file}` : deliver === 'auto' ? 'env' : deliver,
    };
    rows.push(...(await rowsFor(request, absent, async () => [await resolveNamed(named, request, deps)])));
  }
  for (const header of headersOf(request)) {
    const absent = { name: header.name, source: sourceInWords(header.source), delivery: 'header' };
    rows.push(...(await rowsFor(request, absent, async () => [await resolveHeader(header, request, deps)])));
  }
  rows.push(...variableRows(request));
  const absent = { name: fallbackName(request), source: 'none', delivery: 'none' };
  const fallback = async () => (await resolveFallback(request, deps))?.credentials ?? [];
  rows.push(...(await rowsFor(request, absent, fallback)), ...sharingRows(request, deps));
  const provider = providerRow(request);
  if (rows.length > 0) return [...provider, ...rows];
  return [...provider, { ...line(request, { ...absent, name: '' }), state: 'not needed' }];
}

/** The provider that the profile names, in words; what it is given besides lies open in config.yaml. */
function providerRow(request: CredentialRequest): readonly CredentialRow[] {
  const provider = request.profile.providers[request.agent.name];
  if (provider === undefined) return [];
  const { project, region, baseUrl, profile } = provider;
  const settings = { project, region, profile, base_url: baseUrl };
  const words = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  const cells = {
    name: `provider ${provider.name}`,
    source: words.join(', ') || 'the usual endpoint',
    delivery: 'env',
  };
  return [{ ...line(request, cells), state: 'ok' }];
}

function variableRows(request: CredentialRequest): readonly CredentialRow[] {
  const { file, profile, flags } = request.env;
  const given = { ...file, ...profile, ...flags };
  return credentialNames(request.profile, request.agent)
    .filter((name) => given[name] !== undefined)
    .map((name) => ({ ...line(request, { name, source: 'env or env_file', delivery: 'env' }), state: 'ok' }));
}

async function rowsFor(
  request: CredentialRequest,
  absent: Pick<CredentialRow, 'name' | 'source' | 'delivery'>,
  resolve: () => Promise<readonly Resolved[]>,
): Promise<readonly CredentialRow[]> {
  try {
    return (await resolve()).map((found) => {
      const expires = found.expires === undefined ? undefined : new Date(found.expires).toISOString();
      const why = whyNotBrokered(found, request);
      return { ...line(request, { ...found, delivery: deliveryInWords(found) }), expires, state: 'ok', why };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = error.message.replace(`${absent.name}: `, '');
    // Of an agent without any the row says all but the reason.
    const known = error.why !== undefined && message.startsWith('no credentials for ');
    const why = error.why === undefined ? message : known ? error.why : `${message}: ${error.why}`;
    return [{ ...line(request, absent), state: 'missing', why, next: error.next }];
  }
}

function line(
  { profile, agent }: CredentialRequest,
  { name, source, delivery }: Pick<CredentialRow, 'name' | 'source' | 'delivery'>,
): Omit<CredentialRow, 'state'> {
  return {
    client: profile.client,
    agent: agent.name,
    name,
    source,
    delivery,
    expires: undefined,
    why: undefined,
    next: [],
  };
}

/** Why the box has the value itself, where its user did not ask for that. */
function whyNotBrokered(found: Resolved, { profile }: CredentialRequest): string | undefined {
  if (brokerOf(found) !== undefined) return undefined;
  if ('unbrokered' in found && found.unbrokered) return `not brokered: ${found.unbrokered}`;
  const isFile = found.delivery === 'file' || found.delivery === 'kept';
  return isFile && profile.network === 'gateway' ? 'not brokered: it is a file' : undefined;
}

function deliveryInWords(found: Resolved): string {
  const broker = brokerOf(found);
  if (broker !== undefined) return `broker, to ${broker.hosts.join(', ')}`;
  if (found.delivery === 'env' || found.delivery === 'header') return found.delivery;
  if (found.delivery === 'kept') return 'kept in the state of the client';
  return found.when === 'once' ? `file ${found.path}` : `file ${found.path}, written over`;
}

/** What is missing when nothing serves the agent. */
function fallbackName({ agent, profile }: CredentialRequest): string {
  const provider = profile.providers[agent.name]?.name;
  if (provider !== undefined && agent.providers[provider]?.login !== true) return `${provider} credentials`;
  return agent.login === undefined ? 'credential' : `${agent.name} login`;
}
