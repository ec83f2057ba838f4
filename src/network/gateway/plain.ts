import { request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { type Admitted, admit } from './admit.ts';
import { type Authority, writeAuthority } from './authority.ts';
import { opened, refusedConnection } from './connection.ts';
import { dial, dialUpstream, upstreamFor } from './dial.ts';
import type { Gateway, LiveBox } from './liveBox.ts';
import { Refused, refuseRequest } from './refuse.ts';
import { endToEnd, type Framing, framingOf, type PlainTarget, plainTarget } from './requestHead.ts';
import { upstreamTrouble } from './upstream.ts';

const ABOUT = `This is the way out of an agentbox: an HTTP proxy that lets through what the user's rules allow.
It has no pages of its own. Point HTTP_PROXY and HTTPS_PROXY at it; what a rule is missing for is said in each refusal.
`;

/** A plain request on its way. */
export interface PlainRequest {
  readonly gateway: Gateway;
  readonly box: LiveBox;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The authority of the CONNECT to port 80 that it came in. */
  readonly inside: Authority | undefined;
}

/** Serves a plain HTTP request to its end. Does not throw but for a bug. */
export async function servePlainRequest(plain: PlainRequest): Promise<void> {
  const { gateway, box, request, response } = plain;
  request.on('error', () => {});
  response.on('error', () => {});
  try {
    const target = plainTarget(request, plain.inside);
    if (target === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(ABOUT);
      return;
    }
    const framing = framingOf(request, target.to);
    const admitted = await admit(gateway, box, target.to, 'http');
    await forward(plain, target, framing, admitted);
  } catch (error) {
    refuseRequest(response, refusedConnection(gateway, box, 'http', error));
  }
}

/** A request made anew for its host: where it is sent, and under which target. */
interface Outgoing {
  readonly socket: Socket;
  readonly address: string | undefined;
  readonly path: string;
  /** The other end is the company's proxy. */
  readonly isUpstream: boolean;
  /** Besides the box's own. */
  readonly headers: readonly string[];
}

/** Opens the way of a plain request; a company's proxy is told the whole address. Throws Refused. */
async function wayOf(
  { gateway, box }: PlainRequest,
  { to, path }: PlainTarget,
  { extra }: Admitted,
): Promise<Outgoing> {
  const upstream = upstreamFor(box, to);
  if (upstream === undefined) {
    const { socket, address } = await dial(gateway, box, to, extra);
    return { socket, address, path, headers: [], isUpstream: false };
  }
  const socket = await dialUpstream(gateway, box, upstream, to, extra);
  const headers = Object.entries(upstream.login).flat();
  return { socket, address: undefined, path: `http://${writeAuthority(to, 80)}${path}`, headers, isUpstream: true };
}

async function forward(plain: PlainRequest, target: PlainTarget, framing: Framing, admitted: Admitted): Promise<void> {
  const { gateway, box, request, response } = plain;
  const { to } = target;
  const way = await wayOf(plain, target, admitted);
  const { socket } = way;
  const out = ask({
    method: request.method,
    path: way.path,
    headers: [
      ...['Host', writeAuthority(to, 80)],
      ...endToEnd(request, ['host', 'expect', 'content-length']),
      ...(framing === undefined ? [] : [framing.name, framing.value]),
      ...way.headers,
      ...['Connection', 'close'],
    ],
    setHost: false,
    createConnection: () => socket,
    maxHeaderSize: gateway.limits.headBytes,
  });
  // Also before anybody waits for the answer: the box may be gone by now.
  out.on('error', () => {});
  const cut = () => {
    out.destroy();
    response.destroy();
  };
  const { rule, extra } = admitted;
  const { address } = way;
  const ended = opened(gateway, box, { ...to, kind: 'http', rule: rule.text, extra, address, cut });
  socket.setTimeout(gateway.limits.idleMs, cut);
  socket.once('close', () => ended({ up: socket.bytesWritten, down: socket.bytesRead }));
  response.once('close', () => {
    if (!response.writableFinished) out.destroy();
  });
  if (response.destroyed) return void out.destroy();
  // An answer may come, and the connection end, before all of the body is sent; then the answer counts.
  pipeline(request, out, () => {});
  try {
    await answered(out, response, to, way.isUpstream);
  } catch (error) {
    // It was allowed and is logged as that.
    if (!(error instanceof Refused)) throw error;
    refuseRequest(response, error);
  }
}

/** Passes the answer on. Throws Refused when none comes. */
function answered(out: ClientRequest, response: ServerResponse, to: Authority, isUpstream: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const broken = () => reject(new Refused('unreachable', { ...to, detail: 'The host closed the connection.' }));
    out.on('error', broken);
    out.once('close', broken);
    out.once('response', (answer) => {
      if (isUpstream && answer.statusCode === 407) {
        out.destroy();
        reject(upstreamTrouble('it wants another login (407)', to));
        return;
      }
      try {
        passOn(answer, response);
        resolve();
      } catch {
        out.destroy();
        broken();
      }
    });
  });
}

/** Writes a host's answer to the box. Throws when it has what no answer may have. */
export function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', endToEnd(answer));
  pipeline(answer, response, () => {});
}
