import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Authority } from './authority.ts';
import { serveConnect } from './connect.ts';
import type { Gateway, LiveBox } from './liveBox.ts';
import { servePlainRequest } from './plain.ts';
import { endPolitely, Refused, refuseRequest } from './refuse.ts';
import { serveUpgrade } from './upgrade.ts';

/** A box's listener. */
export interface Listening {
  /** Ends all of the box's connections and takes the socket away. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at connections whose head does not come. */
const LOOK = 5_000;

/** Listens for a box on its socket, which everybody may connect to who can name it. */
export async function listenFor(gateway: Gateway, box: LiveBox, path: string): Promise<Listening> {
  const { limits } = gateway;
  const open = new Set<Socket>();
  /** Connections inside a CONNECT to port 80. */
  const inside = new WeakMap<Socket, Authority>();
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(LOOK, limits.headMs),
    noDelay: true,
  });
  // By bytes alone: headers beyond a number would be dropped without a word.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  /** Requests that are not yet answered; a connection may send many before it reads. */
  let requests = 0;
  server.on('request', (request, response) => {
    if (requests >= limits.connections) return refuseRequest(response, new Refused('busy'));
    requests += 1;
    response.once('close', () => {
      requests -= 1;
    });
    void servePlainRequest({ gateway, box, request, response, inside: inside.get(request.socket) });
  });
  server.on('upgrade', (request, socket, head) => {
    void serveUpgrade({ gateway, box, request, inside: inside.get(request.socket) }, socket as Socket, head);
  });
  server.on('connect', (request, socket, head) => {
    const servePlain = (plain: Socket, authority: Authority) => {
      inside.set(plain, authority);
      server.emit('connection', plain);
    };
    // A tunnel has no tunnels in it.
    if (inside.has(request.socket)) socket.destroy();
    else void serveConnect({ gateway, box, servePlain }, request, socket as Socket, head);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = STATUS[error.code ?? ''] ?? '400 Bad Request';
    if (error.code === 'ECONNRESET') socket.destroy();
    else
      endPolitely(
        socket,
        `HTTP/1.1 ${status}\r\nX-Agentbox-Refused: bad-request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
  });
  await listenOn(server, path);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
      await rm(path, { force: true });
    },
  };
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Listens on a socket that everybody may connect to who can name it, in the place of what a proxy that died has left. */
export async function listenOn(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await chmod(path, 0o666);
}
