import {
  type Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { BrokeredSecret } from '../protocol.ts';
import { readAuthority, sameAuthority } from './authority.ts';
import { brokeredFor, type Termination, tradedAt } from './broker.ts';
import { answerUpgrade } from './brokerUpgrade.ts';
import { Refused, refuseRequest } from './refuse.ts';
import { endToEnd, framingOf, headerValues } from './requestHead.ts';
import { signed } from './sign.ts';
import { swap } from './swap.ts';
import { trade } from './trade.ts';
import { modelRequest } from './usage/endpoint.ts';
import { tapUsage } from './usage/tap.ts';

/** One request of a box, on the way to the host that its connection is for. */
export interface BrokeredRequest extends Termination {
  readonly agent: Agent;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** For a request that wants to change the protocol: what followed it. */
  readonly upgrading: Buffer | undefined;
}

/** Passes a request on with secrets in the place of placeholders, and the answer back. Redirects are the box's to follow. */
export function brokerRequest(brokered: BrokeredRequest): void {
  brokered.response.on('error', () => {});
  forward(brokered).catch((error: unknown) => refuse(brokered, error));
}

async function forward(brokered: BrokeredRequest): Promise<void> {
  const { request, response, host, port, box, limits, upgrading } = brokered;
  if (!isMeant(brokered)) {
    response.writeHead(421, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('agentbox: the Host header names another host than the connection\n');
    return;
  }
  const plain = { target: targetOf(brokered), headers: onwardHeaders(brokered) };
  const now = box();
  if (now === undefined) throw new Refused('not-ready', { host, port });
  const traded = tradedAt(now, host, port);
  if (traded.length > 0) return trade(brokered, traded);
  const secrets = brokeredFor(now, host, port);
  const swapped = swap(plain, secrets);
  const anew = await signed(brokered, swapped, secrets);
  const { target, headers } = anew ?? swapped;
  const used = [...swapped.used, ...(anew?.used ?? [])];
  if (used.some(({ value }) => value === '')) {
    throw new Refused('not-ready', { host, port, detail: `There is no value for ${nameAll(used)} at the moment.` });
  }
  const onward = httpRequest({
    ...{ agent: brokered.agent, host, port, path: target, headers },
    ...{ method: request.method, setHost: false, maxHeaderSize: limits.headBytes },
  });
  answer(brokered, onward, used);
  if (anew !== undefined || upgrading !== undefined) onward.end(anew?.body);
  // Not a pipeline: it would cut the box off before it is told what went wrong.
  else request.pipe(onward);
}

/** The one Host header is the host of the connection. */
function isMeant({ request, host, port }: BrokeredRequest): boolean {
  const hosts = headerValues(request, 'host');
  const to = hosts[0] === undefined ? undefined : readAuthority(hosts[0], 443);
  return hosts.length === 1 && to !== undefined && sameAuthority(to, { host, port });
}

/** The path. Throws Refused for the absolute form, and for what would show a secret to the box. */
function targetOf({ request, host, port }: BrokeredRequest): string {
  const { url = '', method } = request;
  const isPath = url.startsWith('/') || (url === '*' && method === 'OPTIONS');
  if (isPath && method !== 'TRACE') return url;
  const detail = isPath ? 'TRACE is not passed on.' : 'The address must begin with a slash.';
  throw new Refused('bad-request', { host, port, detail });
}

/** The headers for the next connection, with a body exactly as long as it came. Throws Refused where that is not clear. */
function onwardHeaders({ request, host, port, upgrading }: BrokeredRequest): readonly string[] {
  const framing = framingOf(request, { host, port });
  const kept = endToEnd(request, ['content-length']);
  if (upgrading !== undefined) {
    if (framing === undefined) return [...kept, 'Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? ''];
    throw new Refused('bad-request', { host, port, detail: 'A request that changes the protocol has no body.' });
  }
  if (framing !== undefined) return [...kept, framing.name, framing.value];
  // Else it would be sent with a chunked body of nothing, which some servers do not take.
  return ['POST', 'PUT', 'PATCH'].includes(request.method ?? '') ? [...kept, 'Content-Length', '0'] : kept;
}

function answer(brokered: BrokeredRequest, onward: ClientRequest, used: readonly BrokeredSecret[]): void {
  const { request, response, limits, rejected, host, port } = brokered;
  response.once('close', () => {
    if (!response.writableFinished) onward.destroy();
  });
  onward.setTimeout(limits.idleMs, () => onward.destroy(new Refused('timeout', { host, port })));
  onward.on('error', (error) => {
    // As without the broker: what was sent on a connection that had just been closed is for the box to send again.
    if (onward.reusedSocket && !(error instanceof Refused)) response.destroy();
    else refuse(brokered, error);
  });
  onward.on('continue', () => response.writeContinue());
  onward.on('upgrade', (reply, socket, head) => answerUpgrade(brokered, { reply, socket, head }));
  onward.on('response', (reply) => {
    const { statusCode = 502 } = reply;
    if (statusCode === 401 || statusCode === 403) for (const { name } of used) rejected(name, statusCode);
    // A body that the box was not told to send would be taken for its next request.
    if (!request.complete) response.shouldKeepAlive = false;
    response.sendDate = false;
    response.writeHead(statusCode, reply.statusMessage, endToEnd(reply));
    response.flushHeaders();
    const asked = modelRequest(request.method, request.url ?? '');
    if (asked !== undefined) tapUsage(reply, asked, (said) => brokered.carried({ ...said, host }));
    pipeline(reply, response, () => {});
  });
}

function refuse({ response, host, port }: BrokeredRequest, error: unknown): void {
  refuseRequest(response, error instanceof Refused ? error : new Refused('unreachable', { host, port }));
}

const nameAll = (secrets: readonly BrokeredSecret[]) => secrets.map(({ name }) => name).join(', ');
