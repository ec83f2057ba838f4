import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Json, jsonObject } from '../../agents/jsonObject.ts';
import { UserError } from '../../errors.ts';
import { Refused } from '../../network/gateway/refuse.ts';
import { trustOf } from '../../network/gateway/trust.ts';
import { goesDirect, securedUpstream, tunnelThrough, upstreamParts } from '../../network/gateway/upstream.ts';
import type { Upstream } from '../../network/protocol.ts';

/** How this machine reaches Google: the proxy that it goes through, and authorities (PEM) besides those node knows. */
export interface Ways {
  readonly upstream: Upstream | undefined;
  readonly authorities: string;
}

/** What is sent by POST, and the milliseconds for all of it. */
export interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limit?: number;
}

/** A status, and the JSON object that came with it; empty for anything else. */
export interface Reply {
  readonly status: number;
  readonly content: Json;
}

const LIMIT = 10_000;
/** Bytes. */
const LARGEST = 256 * 1024;

/**
 * Sends something over TLS from this machine, through its proxy where it has one. Throws UserError('credentials') without a
 * word of what was sent when there is no answer in time.
 */
export async function post(url: URL, { headers, body, limit = LIMIT }: Posted, ways: Ways): Promise<Reply> {
  const to = { host: url.hostname, port: Number(url.port || 443) };
  const open: Socket[] = [];
  let late: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(unreachable(to.host, `no answer within ${limit / 1000} s`)), limit);
      }),
      exchange(url, to, { headers, body, limit }, ways, open),
    ]);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unreachable(to.host, whyOf(error));
  } finally {
    clearTimeout(late);
    for (const socket of open) socket.destroy();
  }
}

async function exchange(
  { pathname, search }: URL,
  to: { readonly host: string; readonly port: number },
  { headers, body, limit }: Required<Posted>,
  { upstream, authorities }: Ways,
  open: Socket[],
): Promise<Reply> {
  const proxy = upstream === undefined || goesDirect(upstream, to) ? undefined : upstreamParts(upstream);
  const first = connect({ host: proxy?.host ?? to.host, port: proxy?.port ?? to.port });
  first.on('error', () => {});
  open.push(first);
  await new Promise<void>((resolve, reject) => first.once('connect', resolve).once('error', reject));
  const socket =
    proxy === undefined
      ? first
      : await tunnelThrough(await securedUpstream(first, proxy, authorities), proxy, to, limit);
  // Without any of the caller's, node's own choice: it may be told to take the system's.
  const trust = authorities === '' ? {} : { secureContext: trustOf(authorities) };
  const tls = connectTls({ socket, host: to.host, servername: to.host, ...trust });
  tls.on('error', () => {});
  open.push(tls);
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ method: 'POST', host: to.host, port: to.port, path: `${pathname}${search}` },
      ...{ headers: { ...headers, 'Content-Length': Buffer.byteLength(body) }, createConnection: () => tls },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.once('error', reject);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST) response.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, content: jsonObject(Buffer.concat(chunks).toString()) ?? {} }),
      );
    });
    sent.end(body);
  });
}

function unreachable(host: string, why: string): UserError {
  return new UserError('credentials', `${host} cannot be asked for an access token`, {
    why,
    next: ['see to the network and the proxy of this machine (HTTPS_PROXY), and try again'],
  });
}

function whyOf(error: unknown): string {
  if (error instanceof Refused) return error.about.detail ?? error.message;
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}
