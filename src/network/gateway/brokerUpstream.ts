import { Agent } from 'node:http';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Dial } from './dial.ts';
import type { Limits } from './limits.ts';
import { Refused } from './refuse.ts';
import { trustOf } from './trust.ts';

/** The host that requests are passed on to. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly dial: Dial;
  readonly authorities: string;
  readonly limits: Limits;
}

/** Keeps one connection to the host, made when the first request needs it: TLS, with the host's own certificate checked. */
export function upstreamAgent(upstream: Upstream): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
  type Done = (error: Error | null, socket?: TLSSocket) => void;
  return Object.assign(agent, {
    createConnection: (_: unknown, done: Done) => {
      connectTls(upstream).then((socket) => done(null, socket), done);
    },
  });
}

async function connectTls({ host, port, dial, authorities, limits }: Upstream): Promise<TLSSocket> {
  const socket = await dial(host, port);
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const tls = connect({
      ...{ socket, host, secureContext: trustOf(authorities), ALPNProtocols: ['http/1.1'] },
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const late = setTimeout(() => fail(new Refused('timeout', { host, port })), limits.helloMs);
    const fail = (error: Error) => {
      clearTimeout(late);
      tls.destroy();
      reject(error);
    };
    tls.once('error', (error) => fail(new Refused('unreachable', { host, port, detail: whyNot(error) })));
    tls.once('secureConnect', () => {
      clearTimeout(late);
      tls.removeAllListeners('error');
      resolve(tls);
    });
  });
}

/** Codes alone: the words of an error may come from the other side. */
function whyNot(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return `TLS to the host failed (${typeof code === 'string' ? code : 'no reason is known'}).`;
}
