import { createServer, type Server, type Socket } from 'node:net';
import { UserError } from '../../errors.ts';
import { type Publish, writePublish } from './publish.ts';

/** Where it is listened on when no address was named; the second need not exist on this machine. */
const LOOPBACKS = ['127.0.0.1', '::1'] as const;
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Takes a connection that came for a port of the box; it is paused. */
export type OnConnection = (socket: Socket, boxPort: number) => void;

/**
 * Listens for all of these ports; gives what ends that. Throws UserError('unavailable') when one is taken or may not be used,
 * and listens on none then.
 */
export async function listenAll(ports: readonly Publish[], onConnection: OnConnection): Promise<() => Promise<void>> {
  const open: Server[] = [];
  const close = async () => {
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const publish of ports) {
      const { address, boxPort } = publish;
      for (const host of address === undefined ? LOOPBACKS : [address]) {
        const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
          onConnection(socket, boxPort),
        );
        const isOptional = address === undefined && host !== LOOPBACKS[0];
        if (await listened(server, host, publish, isOptional)) open.push(server);
      }
    }
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same ports with a number in the place of each 0. Throws as listenAll, so that it is known before a box is made. */
export async function freePorts(ports: readonly Publish[]): Promise<readonly Publish[]> {
  const chosen: Publish[] = [];
  for (const publish of ports)
    chosen.push(publish.port === 0 ? { ...publish, port: await freePort(publish) } : publish);
  const close = await listenAll(chosen, (socket) => socket.destroy());
  await close();
  return chosen;
}

async function freePort(publish: Publish): Promise<number> {
  const server = createServer();
  await listened(server, publish.address ?? LOOPBACKS[0], publish, false);
  const at = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (at === null || typeof at === 'string') throw new Error('a TCP server has an address');
  return at.port;
}

/** False when this machine has no such address, and needs none. */
function listened(server: Server, host: string, publish: Publish, isOptional: boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (isOptional && NO_SUCH_ADDRESS.includes(error.code ?? '')) resolve(false);
      else reject(troubleWith(publish, host, error));
    });
    server.listen({ host, port: publish.port, ipv6Only: true, exclusive: true }, () => resolve(true));
  });
}

function troubleWith(publish: Publish, host: string, { code, message }: NodeJS.ErrnoException): UserError {
  const { address, port, boxPort } = publish;
  const other = (to: number) => `agentbox run -p ${writePublish({ address, port: to, boxPort })} …`;
  const what = `port ${port} of ${host} cannot be published`;
  switch (code) {
    case 'EADDRINUSE':
      return new UserError('unavailable', `port ${port} of ${host} is taken`, {
        why: 'another program of this machine, or another box, listens there',
        next: [other(port < 55_000 ? port + 10_000 : port - 10_000), `${other(0)} (a port that is free)`],
      });
    case 'EACCES':
      return new UserError('unavailable', what, {
        why: `ports below 1024 are not yours to listen on`,
        next: [other(port + 8000)],
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return new UserError('unavailable', what, {
        why: 'this machine has no such address',
        next: [`agentbox run -p ${boxPort} …`],
      });
    default:
      return new UserError('unavailable', what, { why: message });
  }
}
