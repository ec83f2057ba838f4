import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { boxEnv } from '../box/frames.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import { UsageError, UserError } from '../errors.ts';
import { remembering } from '../execute.ts';
import { print, printJson, say } from '../ui/io.ts';
import { fittedTable } from '../ui/table.ts';
import { formatSpan } from '../ui/time.ts';
import { clientHere } from './clientHere.ts';
import { freshFrames, type Inject } from './fresh.ts';
import { type CredentialRow, reportCredentials } from './report.ts';
import type { CredentialRequest } from './resolved.ts';

/** The flags of `agentbox creds`. */
export interface CredsOptions {
  readonly client?: string;
  readonly agent?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly fresh?: boolean;
}

/**
 * Prints what each agent of a client (with `all`, of every client) would get, never a value; with `fresh` puts it in again
 * first, through `inject`. Throws UsageError for `all` with one client or `fresh`.
 */
export async function showCredentials(real: Context, options: CredsOptions, inject: Inject): Promise<void> {
  // Agents share credentials: no program is run, and no keychain asked, twice for the same.
  const context = { ...real, execute: remembering(real.execute) };
  if (options.all && (options.client !== undefined || options.fresh)) {
    throw new UsageError('--all goes with neither --client nor --fresh', ['agentbox creds --all']);
  }
  const requests = await requestsOf(context, options);
  if (options.fresh) {
    for (const request of requests) {
      await refresh(context, request, inject).catch((error: unknown) => {
        // One agent's trouble is no other's; the table says what to do about it.
        if (requests.length === 1 || !(error instanceof UserError) || error.trouble !== 'credentials') throw error;
        say(context.io, `${request.agent.name}: not put in again: ${error.message}`);
      });
    }
  }
  const rows: CredentialRow[] = [];
  for (const request of requests) rows.push(...(await reportCredentials(request, context)));
  if (options.json) return printJson(context.io, rows);
  const lines = rows.map((row) => [...(options.all ? [row.client] : []), ...cells(context.now())(row)]);
  const head = [...(options.all ? ['CLIENT'] : []), 'AGENT', 'NAME', 'SOURCE', 'DELIVERY', 'EXPIRES', 'STATE'];
  print(context.io, fittedTable(context.io, head, lines));
  for (const { client, agent, next } of rows) {
    for (const step of next) say(context.io, `${options.all ? `${client}, ` : ''}${agent}: ${step}`);
  }
}

async function requestsOf(context: Context, options: CredsOptions): Promise<readonly CredentialRequest[]> {
  if (!options.all) return await requestsOfClient(context, await clientHere(context, options.client), options);
  const clients = new Set([DEFAULT_CLIENT, ...(await context.config()).clients.keys()]);
  const requests: CredentialRequest[] = [];
  for (const client of clients) requests.push(...(await requestsOfClient(context, client, options)));
  return requests;
}

async function requestsOfClient(
  context: Context,
  client: string,
  options: CredsOptions,
): Promise<readonly CredentialRequest[]> {
  const { profile } = profileOf(await context.config(), client, { ...NO_FLAGS, agent: options.agent }, AGENT_NAMES);
  const env = await boxEnv(context, profile, {});
  const names = options.agent === undefined ? profile.agents : [profile.agent];
  return names.map((name) => ({ profile, agent: agentOf(name), env, fresh: false }));
}

async function refresh(context: Context, request: CredentialRequest, inject: Inject): Promise<void> {
  const { frames, sources } = await freshFrames(request, context);
  if (frames.length > 0) await inject(request, frames);
  const what =
    sources.length === 0 ? 'nothing is kept that could be put in again' : `put in again: ${sources.join('; ')}`;
  say(context.io, `${request.agent.name}: ${what}`);
}

function cells(now: Date): (row: CredentialRow) => readonly string[] {
  return ({ agent, name, source, delivery, expires, state, why }) => {
    const left = expires === undefined ? undefined : Date.parse(expires) - now.getTime();
    const ends = left === undefined ? '-' : left > 0 ? `in ${formatSpan(left)}` : `${formatSpan(-left)} ago`;
    return [agent, name || '-', source, delivery, ends, why === undefined ? state : `${state}: ${why}`];
  };
}
