import type { AgentLogin } from '../agents/agent.ts';
import { UserError } from '../errors.ts';
import { configured, resolveFallback, resolveNamed } from './resolve.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
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
  const { agent } = request;
  const rows: CredentialRow[] = [];
  for (const named of configured(request)) {
    const { source, deliver } = named.credential;
    const absent = {
      name: named.name,
      source: sourceInWords(source),
      delivery: deliver === 'env' ? 'env' : `file ${deliver.file}`,
    };
    rows.push(await row(request, absent, () => resolveNamed(named, request, deps)));
  }
  const given = Object.keys(request.env.flags).concat(Object.keys(request.env.file), Object.keys(request.env.profile));
  for (const name of agent.credentials.filter((known) => given.includes(known))) {
    rows.push({ ...line(request, { name, source: 'env or env_file', delivery: 'env' }), state: 'ok' });
  }
  const absent = { name: loginName(agent.login, agent.name), source: 'none', delivery: 'none' };
  const fallback = await row(request, absent, async () => (await resolveFallback(request, deps))?.credentials[0]);
  if (fallback.state !== 'not needed' || rows.length === 0) rows.push(fallback);
  return rows;
}

async function row(
  request: CredentialRequest,
  absent: Pick<CredentialRow, 'name' | 'source' | 'delivery'>,
  resolve: () => Promise<Resolved | undefined>,
): Promise<CredentialRow> {
  try {
    const found = await resolve();
    if (found === undefined) return { ...line(request, absent), name: '', state: 'not needed' };
    const expires = found.expires === undefined ? undefined : new Date(found.expires).toISOString();
    return { ...line(request, { ...found, delivery: deliveryInWords(found) }), expires, state: 'ok' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = error.message.replace(`${absent.name}: `, '');
    const why = error.why === undefined ? message : `${message}: ${error.why}`;
    return { ...line(request, absent), state: 'missing', why, next: error.next };
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

function deliveryInWords(found: Resolved): string {
  if (found.delivery === 'env') return 'env';
  if (found.delivery === 'kept') return 'kept in the state of the client';
  return found.when === 'once' ? `file ${found.path}` : `file ${found.path}, written over`;
}

function loginName(login: AgentLogin | undefined, agent: string): string {
  return login === undefined ? 'credential' : `${agent} login`;
}
