import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { type DnsServer, type Records, startDnsServer } from '../../stand-ins/dnsServer.ts';
import { type Authority, makeAuthority } from './authority.ts';

/**
 * A network of a test's own: addresses that containers of every engine reach, a name server and a certificate authority.
 * agentbox learns of it as of any network: `--engine-arg dns=…`, a rule for the range, NODE_EXTRA_CA_CERTS.
 */
export interface LabNetwork {
  /** `10.99.7.0/24`; test hosts are in the lower half. */
  readonly range: string;
  readonly lowerHalf: string;
  /** The address with that last number. */
  address(last: number): string;
  readonly dns: DnsServer & { readonly address: string };
  /** What names have as addresses; a function is asked each time. Names that are not here do not exist. */
  readonly names: Map<string, readonly string[] | Records>;
  /** The path of the authority's certificate. */
  readonly authority: string;
  /** Serves TLS for these names; what comes in is given to `serve` without TLS. `by` vouches in the place of the lab's own. */
  tls(names: readonly string[], where: Place, serve: Serve, by?: Authority): Promise<Host>;
  /** Serves bytes as they are. */
  tcp(where: Place, serve: Serve): Promise<Host>;
  /** Makes an address this machine's own, for a server that another process is. */
  take(address: string): void;
  /** Answers each datagram with the same. */
  udp(where: Place): Promise<void>;
  /** For the caller of agentbox. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

export type Serve = (socket: Socket) => void;

/** A test host. */
export interface Host {
  /** How many connections it has had. */
  readonly count: () => number;
}

const NAME = /\b(abxlab(\d+)):/g;

/** Why this machine cannot have such a network; undefined when it can. */
export function noLabNetwork(): string | undefined {
  if (process.getuid?.() !== 0) return 'a lab network needs root';
  return ip('-V').status === 0 ? undefined : 'a lab network needs the command ip (iproute2)';
}

/** Makes the network; takes away what a test that crashed has left of its own. */
export async function makeLabNetwork(): Promise<LabNetwork> {
  removeLeftBehind();
  const link = `abxlab${process.pid}`;
  const net = freeNet();
  const address = (last: number) => `${net}.${last}`;
  must('link', 'add', link, 'type', 'bridge');
  must('link', 'set', link, 'up');
  const taken = new Set<string>();
  const take = (one: string) => {
    if (!taken.has(one)) must('addr', 'add', `${one}/24`, 'dev', link);
    taken.add(one);
  };
  const names: LabNetwork['names'] = new Map();
  const records: Records = (question) => {
    const known = names.get(question.name.toLowerCase());
    return typeof known === 'function' ? known(question) : known;
  };
  take(address(53));
  const dns = await startDnsServer(address(53), records);
  const authority = makeAuthority();
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-labnet-'));
  spawnSync('chmod', ['755', dir]);
  const file = join(dir, 'authority.pem');
  writeFileSync(file, authority.certificate, { mode: 0o644 });
  const open = new Set<Socket>();
  const servers: Server[] = [];
  const datagrams: ReturnType<typeof createSocket>[] = [];
  const listen = async (server: Server, { address, port }: Place): Promise<Host> => {
    let count = 0;
    server.on('connection', (socket: Socket) => {
      count += 1;
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    });
    servers.push(server);
    take(address);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
    return { count: () => count };
  };
  return {
    range: `${net}.0/24`,
    lowerHalf: `${net}.0/25`,
    address,
    dns: { ...dns, asked: dns.asked, address: address(53) },
    names,
    authority: file,
    take,
    env: { NODE_EXTRA_CA_CERTS: file },
    tls: (served, where, serve, by = authority) => {
      const server = createTlsServer({ ...by.issue(served), ALPNProtocols: ['http/1.1'] }, serve);
      server.on('tlsClientError', () => {});
      return listen(server, where);
    },
    tcp: (where, serve) => listen(createServer(serve), where),
    udp: ({ address: to, port }) => {
      take(to);
      const socket = createSocket('udp4');
      datagrams.push(socket);
      socket.on('message', (message, from) => socket.send(message, from.port, from.address));
      return new Promise((resolve) => socket.bind(port, to, resolve));
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      for (const socket of datagrams) socket.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await dns.close();
      authority.close();
      rmSync(dir, { recursive: true, force: true });
      must('link', 'del', link);
    },
  };
}

/** Hands a connection on to a server of this machine, such as a stand-in. */
export function passTo(port: number, host = '127.0.0.1'): Serve {
  return (socket) => {
    const behind = connect(port, host);
    behind.on('error', () => socket.destroy());
    socket.on('error', () => behind.destroy()).on('close', () => behind.destroy());
    socket.pipe(behind).pipe(socket);
  };
}

function removeLeftBehind(): void {
  for (const [, name = '', pid] of ip('-o', 'link').stdout.matchAll(NAME)) {
    if (!existsSync(`/proc/${pid}`) || Number(pid) === process.pid) ip('link', 'del', name);
  }
}

/** The first three numbers of a range that this machine has no address in. */
function freeNet(): string {
  const used = ip('-o', '-4', 'addr').stdout;
  for (let step = 0; step < 250; step += 1) {
    const net = `10.99.${1 + ((process.pid + step) % 250)}`;
    if (!used.includes(` ${net}.`)) return net;
  }
  throw new Error('all of 10.99.0.0/16 is in use on this machine');
}

const ip = (...args: readonly string[]) => spawnSync('ip', args, { encoding: 'utf8', timeout: 20_000 });

function must(...args: readonly string[]): void {
  const { status, stderr } = ip(...args);
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
