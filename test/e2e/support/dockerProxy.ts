import { chmodSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** A Unix socket behind which the real Docker answers, until it is taken away. */
export interface DockerProxy {
  readonly host: string;
  /** Ends every connection at once and takes no more, as an engine that was stopped does. */
  stop(): Promise<void>;
}

/** Changes what passes through: requests with their bodies, and what comes back. */
export interface Tampering {
  readonly request?: (text: string) => string;
  readonly answer?: (text: string) => string;
}

const REAL = '/var/run/docker.sock';

/** Listens at `path` in the place of Docker. */
export async function proxyDocker(path: string, { request, answer }: Tampering = {}): Promise<DockerProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(REAL);
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    pass(client, engine, request);
    pass(engine, client, answer);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o666);
  return {
    host: `unix://${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function pass(from: Socket, to: Socket, change: ((text: string) => string) | undefined): void {
  if (change === undefined) {
    from.pipe(to);
    return;
  }
  from.on('data', (chunk) => to.write(Buffer.from(change(chunk.toString('latin1')), 'latin1')));
  from.on('end', () => to.end());
}

/** Changes one thing in what a container is to be made of. */
export function tamper(from: string | RegExp, to: string): Tampering {
  return {
    request: (text) => {
      if (!/^POST \S*\/containers\/create/.test(text)) return text;
      const changed = text.replace(from, to);
      const more = changed.length - text.length;
      return changed.replace(/^content-length: (\d+)/im, (_, length) => `Content-Length: ${Number(length) + more}`);
    },
  };
}

/** Makes the engine use a runtime in the place of another, and say that it uses that one. */
export function pretendRuntime(asked: string, used: string): Tampering {
  const [said, meant] = [`"Runtime":"${used}"`, `"Runtime":"${asked}"`];
  return {
    ...tamper(meant, said),
    // As long as before, since answers say how long they are.
    answer: (text) => text.replace(said, meant.padEnd(said.length)),
  };
}
