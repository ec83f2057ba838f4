/**
 * A stand-in for the clouds that serve models, because none can be reached where the tests run. It is a web server and a
 * proxy: what goes through it to a host of the clouds ends here, by a certificate of its own, so that an agent can be led
 * to the real addresses without them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

/** A request as it came in, also the one for a tunnel. `host` is the one asked for; `body` is parsed JSON, or undefined. */
export interface CloudRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: unknown;
}

export interface CloudAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

/** Gives an answer, or undefined for 404. */
export type Answerer = (request: CloudRequest) => CloudAnswer | undefined;

/** A running stand-in. */
export interface CloudApi {
  readonly port: number;
  /** The certificate that vouches for it, in PEM. */
  readonly certificate: string;
  readonly requests: readonly CloudRequest[];
  /** Replaces what answers. */
  answer(by: Answerer): void;
  close(): Promise<void>;
}

const HOSTS = [
  'oauth2.googleapis.com',
  'europe-west1-aiplatform.googleapis.com',
  'bedrock.eu-central-1.amazonaws.com',
  'bedrock-runtime.eu-central-1.amazonaws.com',
];

/** Starts the stand-in for `hosts` on all addresses, at a free port. Needs `openssl` for its certificate. */
export async function startCloudApi(by: Answerer, hosts: readonly string[] = HOSTS): Promise<CloudApi> {
  const { key, certificate } = makeCertificate(hosts);
  const requests: CloudRequest[] = [];
  const sockets = new Set<Socket>();
  let answerer = by;
  const server = createServer(async (request, response) => {
    const recorded = await recordedOf(request);
    requests.push(recorded);
    respond(response, answerer(recorded));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const { method = '', url: path = '', headers } = request;
    const host = path.split(':')[0] ?? '';
    requests.push({ method, host, path, headers, raw: Buffer.alloc(0), body: undefined });
    if (!hosts.includes(host)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const secure = new TLSSocket(socket, { isServer: true, key, cert: certificate });
    server.emit('connection', secure);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    requests,
    answer: (next) => {
      answerer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function recordedOf(request: IncomingMessage): Promise<CloudRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  const { method = '', url: path = '/', headers } = request;
  return { method, host: (headers.host ?? '').split(':')[0] ?? '', path, headers, raw, body: parse(raw.toString()) };
}

function respond(response: ServerResponse, answer: CloudAnswer | undefined): void {
  const { status, type, body } = answer ?? { status: 404, type: 'text/plain', body: 'the stand-in does not have this' };
  response.writeHead(status, { 'content-type': type }).end(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function makeCertificate(hosts: readonly string[]): { readonly key: string; readonly certificate: string } {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-cloud-'));
  const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=agentbox stand-in', '-addext', `subjectAltName=${names}`];
  try {
    const made = spawnSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate]);
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
