import { createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Listening, serve } from './servers.ts';

/** A company's proxy: it sends everything to one port of this machine, whatever it is asked for. */
export interface CompanyProxy extends Listening {
  /** What it was asked for: `CONNECT host:443`, `GET http://host/`. */
  readonly asked: readonly string[];
}

/** Starts one that lets those through who log in as `login` (`user:password`), or everybody. */
export async function companyProxy(port: () => number, login?: string): Promise<CompanyProxy> {
  const asked: string[] = [];
  const may = ({ headers }: IncomingMessage) =>
    login === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (!may(incoming)) return response.writeHead(407).end();
    const { pathname } = new URL(incoming.url ?? '');
    const headers = {
      ...incoming.headers,
      'x-login-seen': String(incoming.headers['proxy-authorization'] !== undefined),
    };
    const out = request(
      { port: port(), host: '127.0.0.1', method: incoming.method, path: pathname, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(out);
  });
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (!may(incoming)) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    const far = connect({ port: port(), host: '127.0.0.1' }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(far).pipe(socket);
    });
    for (const end of [socket, far])
      end.on('error', () => {}).on('close', () => [socket, far].map((one) => one.destroy()));
  });
  return { ...(await serve(server)), asked };
}
