import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { ForwardSocket } from '../protocol.ts';
import { serveForward } from './connect.ts';
import { type Listening, listenOn } from './listen.ts';
import type { Gateway, LiveBox } from './liveBox.ts';

/** Listens for a box on the socket of a forwarded service: every connection is one to that place, as by a CONNECT. */
export async function listenForward(
  gateway: Gateway,
  box: LiveBox,
  { host, port }: ForwardSocket,
  path: string,
): Promise<Listening> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void serveForward({ gateway, box }, { host, port }, socket);
  });
  server.maxConnections = gateway.limits.connections;
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
