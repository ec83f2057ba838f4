import { request as ask, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Admitted, admit } from './admit.ts';
import { writeAuthority } from './authority.ts';
import { opened, refusedConnection, whenClosed } from './connection.ts';
import { dial } from './dial.ts';
import { type PlainRequest, passOn, servePlainRequest } from './plain.ts';
import { Refused, refuseRequest } from './refuse.ts';
import { endToEnd, framingOf, headerValues, type PlainTarget, plainTarget } from './requestHead.ts';
import { Tunnel } from './tunnel.ts';

/**
 * Serves a request that wants another protocol on its connection, on a socket that node's server has let go of: a websocket. Other
 * protocols are not offered, and the request is served as if it had not asked. Does not throw but for a bug.
 */
export async function serveUpgrade(about: Omit<PlainRequest, 'response'>, socket: Socket, head: Buffer): Promise<void> {
  const { gateway, box, request } = about;
  socket.on('error', () => socket.destroy());
  socket.setTimeout(gateway.limits.idleMs, () => socket.destroy());
  const response = responseOn(request, socket);
  const plain = { ...about, response };
  try {
    const target = plainTarget(request, about.inside);
    const protocols = headerValues(request, 'upgrade').map((value) => value.trim().toLowerCase());
    if (target !== undefined && framingOf(request, target.to) !== undefined) {
      throw new Refused('bad-request', { ...target.to, detail: 'An upgrade with a body.' });
    }
    if (target === undefined || protocols.length !== 1 || protocols[0] !== 'websocket') {
      return await servePlainRequest(plain);
    }
    await joinWebsocket(plain, target, await admit(gateway, box, target.to, 'http'), socket, head);
  } catch (error) {
    refuseRequest(response, refusedConnection(gateway, box, 'http', error));
  }
}

/** An answer to a request whose socket is no more the server's. The connection ends with it. */
function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.end();
    socket.resume();
  });
  return response;
}

async function joinWebsocket(
  { gateway, box, request, response }: PlainRequest,
  { to, path }: PlainTarget,
  { rule, extra }: Admitted,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const { socket: far, address } = await dial(gateway, box, to, extra);
  const out = ask({
    method: request.method,
    path,
    headers: [
      'Host',
      writeAuthority(to, 80),
      ...endToEnd(request, ['host']),
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
    ],
    setHost: false,
    createConnection: () => far,
    maxHeaderSize: gateway.limits.headBytes,
  });
  const cut = () => {
    socket.destroy();
    far.destroy();
  };
  const ended = opened(gateway, box, { ...to, kind: 'http', rule: rule.text, extra, address, cut });
  whenClosed(far, () => ended({ up: far.bytesWritten, down: far.bytesRead }));
  socket.once('close', () => {
    if (!far.writableEnded) far.destroy();
  });
  far.setTimeout(gateway.limits.idleMs, cut);
  out.end();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (how: () => void) => {
      if (settled) return;
      settled = true;
      how();
    };
    const broken = () =>
      settle(() => reject(new Refused('unreachable', { ...to, detail: 'The host closed the connection.' })));
    out.on('error', broken);
    out.once('close', broken);
    out.once('response', (answer) => {
      settle(() => {
        passOn(answer, response);
        resolve();
      });
    });
    out.once('upgrade', (answer, _, farHead) => {
      settle(() => {
        response.detachSocket(socket);
        far.setTimeout(0);
        socket.write(switching(answer));
        if (farHead.length > 0) socket.write(farHead);
        const tunnel = new Tunnel(
          socket,
          { socket: far, reader: undefined },
          { box, turns: gateway.turns },
          gateway.limits,
        );
        tunnel.startDown();
        tunnel.startUp(head);
        resolve();
      });
    });
  });
}

function switching(answer: IncomingMessage): string {
  const headers = ['Connection', 'Upgrade', 'Upgrade', 'websocket', ...endToEnd(answer)];
  const lines = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}\r\n`] : []));
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`;
}
