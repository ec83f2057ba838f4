import { chmod, rename, stat, unlink } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { onJsonLines } from './jsonLines.ts';
import type { KeeperEvent, KeeperRequest, Replies, Reply, Request } from './protocol.ts';

/** What a server does with what comes in. */
export interface ServerDeps {
  readonly handle: (request: KeeperRequest) => Promise<Replies[keyof Replies]>;
  /** The number of connections that watch and can answer has changed. */
  readonly askers: (count: number) => void;
  readonly log: (text: string) => void;
}

/** The keeper's socket. */
export interface KeeperServer {
  /** Puts the socket at its place: from now on it can be reached. */
  publish(): Promise<void>;
  /** To every connection that watches. */
  tell(event: KeeperEvent): void;
  /** How many are connected. */
  connections(): number;
  /** False when somebody removed the socket, or made another in its place: nobody can reach this one any more. */
  isThere(): Promise<boolean>;
  /** Takes no more connections, and resolves when at most `but` requests are being answered, or after a while. */
  retire(but: number): Promise<void>;
  /** Ends the connections, after what was answered has been sent. */
  close(): void;
}

/** What a connection that watches and does not read may have waiting, in bytes. */
const UNREAD = 8 * 1024 * 1024;
const LAST_ANSWERS = 10_000;

/** Listens on a socket (0600) that is to be published at `path`, in the place of whatever is there. */
export async function serve(path: string, deps: ServerDeps): Promise<KeeperServer> {
  const connections = new Set<Socket>();
  const watching = new Set<Socket>();
  const asking = new Set<Socket>();
  let busy = 0;
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      connections.delete(socket);
      watching.delete(socket);
      if (asking.delete(socket)) deps.askers(asking.size);
    });
    onJsonLines(socket, (value) => {
      const request = value as Request;
      busy += 1;
      void answer(request, socket).then((reply) => {
        busy -= 1;
        socket.write(`${JSON.stringify(reply)}\n`);
      });
    });
  });

  const answer = async ({ id, ...request }: Request, socket: Socket): Promise<Reply> => {
    try {
      if (request.op === 'watch') {
        watching.add(socket);
        if (request.asks) deps.askers(asking.add(socket).size);
        return { id, ok: true, result: {} };
      }
      return { id, ok: true, result: await deps.handle(request) };
    } catch (error) {
      if (error instanceof UserError) {
        const { trouble, message, why, next } = error;
        return { id, ok: false, trouble, message, why, next };
      }
      deps.log(`${request.op}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      return { id, ok: false, trouble: 'state', message: `the keeper cannot do this: ${request.op}`, next: [] };
    }
  };

  // Made under another name, since Node removes the name that a socket was made with when it closes it.
  const made = `${path}.${process.pid}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(made, resolve);
  });
  await chmod(made, 0o600);
  const own = await stat(made);
  const isThere = async () => {
    const now = await stat(path).catch(() => undefined);
    return now?.ino === own.ino && now.dev === own.dev;
  };
  return {
    publish: () => rename(made, path),
    tell(event) {
      const line = `${JSON.stringify(event)}\n`;
      for (const socket of watching) {
        if (socket.writableLength > UNREAD) socket.destroy();
        else socket.write(line);
      }
    },
    connections: () => connections.size,
    isThere,
    async retire(but) {
      if (await isThere()) await unlink(path).catch(() => {});
      server.close();
      const until = Date.now() + LAST_ANSWERS;
      while (busy > but && Date.now() < until) await sleep(20);
    },
    close() {
      for (const socket of connections) socket.end();
    },
  };
}
