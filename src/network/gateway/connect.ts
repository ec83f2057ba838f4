import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { type Admitted, admit } from './admit.ts';
import { type Authority, readAuthority, sameAuthority } from './authority.ts';
import { brokeredFor, terminate, tradedAt } from './broker.ts';
import { makeReader } from './carry.ts';
import { opened, refusedConnection, whenClosed } from './connection.ts';
import { dial } from './dial.ts';
import type { Gateway, LiveBox } from './liveBox.ts';
import { type HelloDemand, readHello } from './readHello.ts';
import { endPolitely, Refused, refuseRaw } from './refuse.ts';
import { headerValues } from './requestHead.ts';
import { Tunnel } from './tunnel.ts';

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
/** A TLS alert, fatal: access denied. Clients show it, where a closed connection would be a riddle. */
const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 49]);

/** What a tunnel is served with. */
interface TunnelWays {
  readonly gateway: Gateway;
  readonly box: LiveBox;
}

/** What a CONNECT is served with. */
export interface ConnectWays extends TunnelWays {
  /** Serves plain HTTP on a socket, for exactly that authority. */
  readonly servePlain: (socket: Socket, authority: Authority) => void;
}

/** Where a tunnel goes, what its client is told when it is open, and what was read of the client already. */
interface Tunnelled {
  readonly to: Authority;
  readonly kind: 'connect' | 'forward';
  readonly greeting: string;
  readonly head: Buffer;
}

/** Serves a CONNECT to its end. Does not throw but for a bug. */
export async function serveConnect(
  ways: ConnectWays,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const { gateway, box } = ways;
  guard(socket, gateway);
  try {
    const to = connectTarget(request);
    const admitted = await admit(gateway, box, to, 'connect');
    if (to.port === 80) {
      establish(socket, head);
      ways.servePlain(socket, to);
    } else {
      await serveAdmitted(ways, { to, kind: 'connect', greeting: ESTABLISHED, head }, admitted, socket);
    }
  } catch (error) {
    refuseRaw(socket, refusedConnection(gateway, box, 'connect', error));
  }
}

/** Serves a connection to a forwarded service to its end: one that is refused is cut, and logged. Does not throw but for a bug. */
export async function serveForward(ways: TunnelWays, to: Authority, socket: Socket): Promise<void> {
  const { gateway, box } = ways;
  guard(socket, gateway);
  try {
    const admitted = await admit(gateway, box, to, 'forward');
    await serveAdmitted(ways, { to, kind: 'forward', greeting: '', head: Buffer.alloc(0) }, admitted, socket);
  } catch (error) {
    refusedConnection(gateway, box, 'forward', error);
    socket.destroy();
  }
}

function guard(socket: Socket, { limits }: Gateway): void {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(limits.idleMs, () => socket.destroy());
}

async function serveAdmitted(
  ways: TunnelWays,
  tunnelled: Tunnelled,
  admitted: Admitted,
  socket: Socket,
): Promise<void> {
  const { host, port } = tunnelled.to;
  const isBrokered = [brokeredFor, tradedAt].some((known) => known(ways.box.config, host, port).length > 0);
  await (isBrokered ? serveBrokered : serveTunnel)(ways, tunnelled, admitted, socket);
}

/** The host and port of a CONNECT. Throws Refused. */
function connectTarget(request: IncomingMessage): Authority {
  const url = request.url ?? '';
  const to = readAuthority(url);
  if (to === undefined) throw new Refused('bad-name', namedBadly(url));
  const hosts = headerValues(request, 'host');
  const said = hosts[0] === undefined ? to : readAuthority(hosts[0], to.port);
  if (hosts.length > 1 || said === undefined || !sameAuthority(said, to)) {
    throw new Refused('bad-request', { ...to, detail: 'The Host header is not the host and port of the CONNECT.' });
  }
  return to;
}

/** A bad name is logged too, without what could be no part of a line. */
function namedBadly(url: string): { readonly host: string; readonly port: number } {
  const port = /:(\d{1,5})$/.exec(url)?.[1];
  return {
    host: url
      .replace(/:\d*$/, '')
      .slice(0, 255)
      .replace(/[^\x21-\x7e]/g, '?'),
    port: Number(port ?? 0),
  };
}

function establish(socket: Socket, head: Buffer): void {
  socket.write(ESTABLISHED);
  if (head.length > 0) socket.unshift(head);
}

function demandOf({ limits }: Gateway, to: Authority, optional: boolean): HelloDemand {
  return { ...to, isAddress: isIP(to.host) !== 0, optional, limits };
}

async function serveTunnel(
  ways: TunnelWays,
  tunnelled: Tunnelled,
  { rule, extra }: Admitted,
  socket: Socket,
): Promise<void> {
  const { gateway, box } = ways;
  const { to, kind, greeting } = tunnelled;
  const far = await dial(gateway, box, to, extra, makeReader());
  if (!socket.writable) {
    far.socket.destroy();
    return;
  }
  const written = far.socket.bytesWritten;
  const read = far.socket.bytesRead;
  if (greeting !== '') socket.write(greeting);
  const tunnel = new Tunnel(socket, far, { box, turns: gateway.turns }, gateway.limits);
  const isOpaque = to.port !== 443;
  if (isOpaque) tunnel.startDown();
  const start = () => {
    const cut = () => tunnel.cut();
    const ended = opened(gateway, box, { ...to, kind, rule: rule.text, extra, address: far.address, cut });
    whenClosed(far.socket, () => ended({ up: far.socket.bytesWritten - written, down: far.socket.bytesRead - read }));
  };
  // The server may speak first, so it is open before the client's first bytes are known.
  if (isOpaque) start();
  const first = await firstBytes(ways, tunnelled, socket, isOpaque);
  if (first === undefined) return tunnel.cutFar();
  if (!isOpaque) {
    start();
    tunnel.startDown();
  }
  tunnel.startUp(first);
}

/** The client's first bytes, looked at; undefined when they were refused, which the client has been told. */
async function firstBytes(
  { gateway, box }: TunnelWays,
  { to, kind, head }: Tunnelled,
  socket: Socket,
  optional: boolean,
): Promise<Buffer | undefined> {
  try {
    return await readHello(socket, head, demandOf(gateway, to, optional));
  } catch (error) {
    refusedConnection(gateway, box, kind, error);
    endPolitely(socket, ALERT);
    return undefined;
  }
}

async function serveBrokered(
  ways: TunnelWays,
  tunnelled: Tunnelled,
  { rule, extra }: Admitted,
  socket: Socket,
): Promise<void> {
  const { gateway, box } = ways;
  const { to, kind, greeting } = tunnelled;
  if (greeting !== '') socket.write(greeting);
  const first = await firstBytes(ways, tunnelled, socket, false);
  if (first === undefined) return;
  const read = socket.bytesRead - first.length;
  const written = socket.bytesWritten;
  const cut = () => socket.destroy();
  const ended = opened(gateway, box, { ...to, kind, rule: rule.text, extra, address: undefined, cut });
  whenClosed(socket, () => ended({ up: socket.bytesRead - read, down: socket.bytesWritten - written }));
  if (first.length === 0) {
    cut();
    return;
  }
  terminate({
    client: socket,
    head: first,
    box: () => (box.gone ? undefined : box.config),
    ...to,
    dial: async (host, port) => (await dial(gateway, box, { host, port }, extra)).socket,
    authorities: box.state.authorities,
    rejected: (name, status) => gateway.events.send({ event: 'rejected', box: box.name, name, status }),
    carried: (carried) => {
      const time = new Date(gateway.now()).toISOString();
      gateway.events.send({
        event: 'carried',
        carried: { box: box.name, agent: box.config.agent, time, ...carried },
      });
    },
    limits: gateway.limits,
  });
}
