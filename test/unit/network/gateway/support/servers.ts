import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server of the test on 127.0.0.1. */
export interface Listening {
  readonly port: number;
  /** All that clients have sent. */
  readonly received: () => string;
  readonly connections: () => number;
  readonly close: () => void;
}

/** Serves each connection with a function. */
export async function serve(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  let received = '';
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    const { push } = socket;
    // Seen without taking it from whoever reads it.
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk instanceof Uint8Array) received += Buffer.from(chunk).toString('latin1');
      return push.call(socket, chunk, encoding);
    };
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

/** Sends back what comes, and ends when the client does. */
export function echo(): Promise<Listening> {
  return serve(createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)));
}

/** A certificate with its key for a name, and the authority that it is of; PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate of its own authority. */
export function certificateFor(name: string): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'agentbox-cert-'));
  try {
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...about], { stdio: 'pipe' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
