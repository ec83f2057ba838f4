/**
 * A stand-in for the hosts that the real Claude Code talks to when it has a login, because none can be reached where the
 * tests run: `platform.claude.com`, where logins are renewed, and `api.anthropic.com`. Claude takes no other address for
 * the first (CLAUDE_CODE_CUSTOM_OAUTH_URL has a closed list), so this is a proxy as companies have them: claude is told of
 * it by HTTPS_PROXY, and of its certificate authority by NODE_EXTRA_CA_CERTS.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOauthServer, type OauthServer } from './oauthServer.ts';

/** A running stand-in. */
export interface AnthropicHosts {
  readonly port: number;
  /** The certificate authority, as PEM. */
  readonly ca: string;
  readonly oauth: OauthServer;
  close(): Promise<void>;
}

const RENEWALS = 'platform.claude.com';
const MODELS = 'api.anthropic.com';

/** Listens on `host` and a free port; calls of the model with a good login go to the stand-in at `modelApi`. */
export async function startAnthropicHosts(host: string, modelApi: string): Promise<AnthropicHosts> {
  const oauth = makeOauthServer();
  const { ca, key, cert } = certificates();
  const tls = createHttps({ key, cert }, (request, response) => {
    answer(request, response, oauth, modelApi).catch(() => response.destroy());
  });
  const proxy = createHttp((_, response) => response.writeHead(405).end());
  const open = new Set<Socket>();
  proxy.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (![`${RENEWALS}:443`, `${MODELS}:443`].includes(request.url ?? '')) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    tls.emit('connection', socket);
  });
  await new Promise<void>((resolve, reject) => proxy.once('error', reject).listen(0, host, resolve));
  const address = proxy.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    ca,
    oauth,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, oauth: OauthServer, modelApi: string) {
  const body = await text(request);
  const json = (status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (request.headers.host === RENEWALS && request.url === '/v1/oauth/token') {
    const { refresh_token: refresh = '', scope } = JSON.parse(body) as { refresh_token?: string; scope?: string };
    const tokens = oauth.renew(refresh);
    if (tokens === undefined) {
      return json(400, { error: 'invalid_grant', error_description: 'Refresh token not found or invalid' });
    }
    return json(200, {
      token_type: 'Bearer',
      access_token: tokens.access,
      refresh_token: tokens.refresh,
      expires_in: Math.round((tokens.expires - Date.now()) / 1000),
      scope: scope ?? 'user:inference user:profile',
    });
  }
  const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!oauth.accepts(token)) {
    const message = 'OAuth token is expired or revoked';
    return json(401, { type: 'error', error: { type: 'authentication_error', message } });
  }
  const passed = await fetch(`${modelApi}${request.url}`, {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body === '' ? {} : { body }),
  });
  response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'text/plain' });
  return response.end(Buffer.from(await passed.arrayBuffer()));
}

/** A certificate authority of a test's own, and a certificate of it for both hosts. */
function certificates(): { readonly ca: string; readonly key: string; readonly cert: string } {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-ca-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe', timeout: 60_000 });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority');
    openssl('req', ...key, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', `/CN=${RENEWALS}`);
    writeFileSync(join(dir, 'ext'), `subjectAltName=DNS:${RENEWALS},DNS:${MODELS}\n`);
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
    openssl('x509', '-req', '-in', 'request.pem', ...sign, '-out', 'cert.pem');
    const read = (name: string) => readFileSync(join(dir, name), 'utf8');
    return { ca: read('ca.pem'), key: read('key.pem'), cert: read('cert.pem') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
