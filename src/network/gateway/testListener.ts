import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server that remembers what came. */
export interface Listener {
  readonly port: number;
  readonly received: () => string;
  readonly connections: () => number;
  readonly close: () => void;
}

/** Listens on 127.0.0.1, keeps what comes, and answers `ping`. */
export async function listener(): Promise<Listener> {
  let received = '';
  let connections = 0;
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (chunk.toString() === 'ping') socket.write('pong');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    connections: () => connections,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
