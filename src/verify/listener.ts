import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type AddressInfo, connect, createServer, isIPv4, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Listening } from './facts.ts';

/** Where virtual machines and rootless networks put their host, besides its own addresses. */
const USUAL = [
  '172.17.0.1',
  '10.0.2.2',
  '192.168.65.1',
  '192.168.65.2',
  '192.168.65.254',
  '192.168.127.254',
  '169.254.1.2',
];
/** Milliseconds to reach an address of one's own. */
const REACH = 500;
/** How much of what a visitor says is kept. */
const HEARD = 8192;

/** A listener on all addresses of this machine, for as long as a box is attacked. */
export interface Listener {
  readonly facts: Listening;
  /** Who came to the closed port and knew the token. */
  visits(): readonly string[];
  /** What was said at the open port by those who knew the token. */
  said(): readonly string[];
  close(): void;
}

/** Opens it, and looks by which addresses this machine itself reaches it. */
export async function openListener(): Promise<Listener> {
  const token = randomBytes(14).toString('hex');
  const answer = `answer-${randomBytes(8).toString('hex')}`;
  const visits: string[] = [];
  const said: string[] = [];
  const shut = await listening((socket, text) => {
    if (!text.includes(token)) return false;
    visits.push(`${socket.remoteAddress} by TCP`);
    return true;
  }, answer);
  const open = await listening((_, text) => {
    if (!text.includes(token)) return false;
    said.push(text);
    return true;
  }, answer);
  const closed = portOf(shut);
  const datagrams = createSocket('udp4');
  datagrams.on('error', () => {});
  datagrams.on('message', (message, from) => {
    if (!message.includes(token)) return;
    visits.push(`${from.address} by UDP`);
    datagrams.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => datagrams.bind(closed, '0.0.0.0', resolve));
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => ({ address, dial: scopeid ? undefined : address }));
  const all = new Map([
    ...own.map(({ address, dial }) => [address, dial] as const),
    ...USUAL.map((address) => [address, undefined] as const),
  ]);
  for (const { address, dial } of own) all.set(address, dial);
  const addresses = await Promise.all(
    [...all].map(async ([address, dial]) => ({
      address,
      answers: dial !== undefined && (await reaches(dial, portOf(open), token, answer)),
    })),
  );
  const through = addresses.find(({ address, answers }) => answers && isIPv4(address))?.address ?? '127.0.0.1';
  said.length = 0;
  return {
    facts: { token, answer, closed, open: portOf(open), addresses, through },
    visits: () => visits,
    said: () => said,
    close() {
      for (const server of [shut, open]) server.close();
      datagrams.close();
    },
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** A server that answers whom `heard` takes for a visitor, as HTTP where that is what was spoken. */
async function listening(heard: (socket: Socket, text: string) => boolean, answer: string): Promise<Server> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      if (text.length < HEARD) text += chunk.toString('latin1');
      if (!heard(socket, text)) return;
      const http = /^[A-Z]+ /.test(text);
      socket.end(
        http ? `HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\nConnection: close\r\n\r\n${answer}` : answer,
      );
    });
  });
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Both families where the system has both, else the one it has.
    server.listen({ port: 0, host: '::' }, resolve);
  }).catch(() => new Promise<void>((resolve) => server.listen({ port: 0, host: '0.0.0.0' }, resolve)));
  server.on('error', () => {});
  return server;
}

function reaches(host: string, port: number, token: string, answer: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: REACH }, () => socket.write(token));
    let text = '';
    const end = () => {
      socket.destroy();
      resolve(text.includes(answer));
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      end();
    });
    for (const event of ['error', 'timeout', 'close'] as const) socket.on(event, end);
  });
}
