import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Carrier, carrier } from '../../../../src/network/ports/carrier.ts';

const PROGRAM = readFileSync(fileURLToPath(new URL('../../../../images/ports/carry', import.meta.url)), 'utf8');

/** The box's program on this machine, with perl as in a box. */
export function startCarry() {
  const child = spawn('perl', ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A carrier joined to the box's program. */
export function joined(): Carrier & { readonly ended: Promise<unknown>; kill(): void } {
  const child = startCarry();
  const carried = carrier((frame) => void child.stdin.write(frame));
  child.stdout.on('data', (chunk: Buffer) => carried.take(chunk));
  return { ...carried, ended: once(child, 'exit'), kill: () => void child.kill('SIGKILL') };
}

/** Listens on a free port of 127.0.0.1 until the test ends; gives the port. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port of this machine whose connections are carried to `boxPort`, as a published one. */
export function published(carried: Pick<Carrier, 'carry'>, boxPort: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    carried.carry(socket, boxPort),
  );
  return listening(server);
}

/** Sends bytes, ends its side, and gives all that comes back until the other ends too. */
export async function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(bytes);
  await once(socket, 'end');
  return Buffer.concat(chunks);
}
