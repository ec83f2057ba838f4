import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Termination, terminate } from '../../../../src/network/gateway/broker.ts';
import { LIMITS } from '../../../../src/network/gateway/limits.ts';
import { makeAuthority } from '../../../../src/network/keeper/certificate.ts';
import type { BrokeredSecret, GatewayBox } from '../../../../src/network/protocol.ts';

export const HOST = 'api.example.test';

/** A broker between a box and a host, all on this machine, with real TLS on both sides. */
export interface Bench {
  /** Serves the requests of the host; `request` and `upgrade` as in node. */
  readonly server: HttpsServer;
  readonly box: { brokered: readonly BrokeredSecret[]; gone: boolean };
  /** What `rejected` was told. */
  readonly rejected: (readonly [string, number])[];
  /** Connections that were dialled. */
  readonly dialled: () => number;
  /** A TLS connection of the box. */
  open(how?: { readonly servername?: string; readonly alpn?: readonly string[] }): Promise<TLSSocket>;
  /** A plain connection of the box. */
  raw(): Promise<Socket>;
  /** One request on a connection of its own. */
  ask(asked?: Asked): Promise<Answer>;
  close(): void;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly on?: TLSSocket;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts one; `how` replaces parts of what the proxy would give to the broker. */
export async function bench(
  secrets: readonly BrokeredSecret[],
  how: Partial<Termination> & { readonly untrusted?: boolean; readonly certifiedFor?: string } = {},
): Promise<Bench> {
  const now = new Date();
  const upstream = await makeAuthority([how.certifiedFor ?? HOST], now);
  const own = await makeAuthority([HOST], now);
  const server = createHttps({ cert: upstream.certificate, key: upstream.key });
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: upstreamPort } = server.address() as AddressInfo;
  const box = { brokered: secrets, gone: false };
  const rejected: (readonly [string, number])[] = [];
  let dialled = 0;
  const gatewayBox = (): GatewayBox => ({
    ...{ name: 'box', socket: '0'.repeat(32), policy: { rules: [] }, hosts: {}, dns: [] },
    ...{ brokered: box.brokered, tls: own },
  });
  const broker: Server = createServer((client) =>
    terminate({
      ...{ client, head: Buffer.alloc(0), host: HOST, port: 443, limits: LIMITS },
      box: () => (box.gone ? undefined : gatewayBox()),
      authorities: how.untrusted ? '' : upstream.authority,
      dial: async () => {
        dialled += 1;
        const socket = connectTcp(upstreamPort, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
      rejected: (name, status) => rejected.push([name, status]),
      carried: () => {},
      ...how,
    }),
  );
  await once(broker.listen(0, '127.0.0.1'), 'listening');
  const { port } = broker.address() as AddressInfo;
  const raw = async () => {
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const open: Bench['open'] = async ({ servername = HOST, alpn } = {}) => {
    const socket = connectTls({
      ...{ socket: await raw(), servername, ca: own.authority },
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    });
    await once(socket, 'secureConnect');
    return socket;
  };
  return {
    ...{ server, box, rejected, dialled: () => dialled, open, raw },
    ask: async ({ on, ...asked } = {}) => ask(on ?? (await open()), asked),
    close() {
      broker.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function ask(socket: TLSSocket, { method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Answer> {
  const sent = request({
    ...{ method, path, setHost: false, createConnection: () => socket },
    headers: { Host: HOST, ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) };
}

/** All of a stream, as text. */
export async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
