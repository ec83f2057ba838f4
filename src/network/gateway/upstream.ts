import { request } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Upstream } from '../protocol.ts';
import { type Authority, writeAuthority } from './authority.ts';
import { Refused } from './refuse.ts';
import { trustOf } from './trust.ts';

/** Where a company's proxy is, and the header of its login. */
export interface UpstreamParts extends Authority {
  readonly secure: boolean;
  readonly login: Readonly<Record<string, string>>;
}

/** The parts of a proxy's address. Throws Refused for one that is no http(s) address. Pure. */
export function upstreamParts({ url }: Upstream): UpstreamParts {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new Refused('upstream', { detail: 'The address of the proxy is not one of http or https.' });
  }
  const secure = parsed.protocol === 'https:';
  const user = [parsed.username, parsed.password].map(decodeURIComponent).join(':');
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || (secure ? 443 : 80)),
    secure,
    login: user === ':' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` },
  };
}

/**
 * Whether a host is reached without the proxy: the list has `*`, the name or a domain it is in, its address or a range
 * of it; an entry may end in a port. Pure.
 */
export function goesDirect({ direct }: Upstream, { host, port }: Authority): boolean {
  return direct.some((entry) => {
    const [, name = entry, only] = /^(.*[^:]):(\d+)$/.exec(isIP(entry) === 0 ? entry : '') ?? [];
    if (only !== undefined && Number(only) !== port) return false;
    const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
    if (bare === '*' || bare === host) return true;
    if (isIP(host) !== 0) return inRange(bare, host);
    const domain = bare.replace(/^\*?\./, '');
    return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
  });
}

function inRange(range: string, address: string): boolean {
  const [, base = '', prefix] = /^(.+)\/(\d{1,3})$/.exec(range) ?? [];
  const family = isIP(base);
  if (family === 0 || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** Wraps a connection to the proxy in TLS where it is an https one. Throws Refused. */
export async function securedUpstream(
  socket: Socket,
  parts: UpstreamParts,
  authorities: string,
  to?: Authority,
): Promise<Socket> {
  if (!parts.secure) return socket;
  const servername = isIP(parts.host) === 0 ? { servername: parts.host } : {};
  const secure = connectTls({ socket, host: parts.host, ...servername, secureContext: trustOf(authorities) });
  // One that breaks later breaks under who uses it then.
  secure.on('error', () => {});
  return new Promise((resolve, reject) => {
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', (error) => reject(upstreamTrouble(error.message, to)));
    secure.once('close', () => reject(upstreamTrouble('it closed the connection', to)));
  });
}

/** Asks the proxy at the other end of a socket for a tunnel; gives the socket when it has one. Throws Refused. */
export async function tunnelThrough(
  socket: Socket,
  { login }: UpstreamParts,
  to: Authority,
  ms: number,
): Promise<Socket> {
  const path = writeAuthority(to);
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path,
      headers: { Host: path, ...login },
      setHost: false,
      createConnection: () => socket,
      timeout: ms,
    });
    let settled = false;
    const fail = (refused: Refused) => {
      // The request is closed as well when its socket has become a tunnel.
      if (settled) return;
      settled = true;
      socket.destroy();
      reject(refused);
    };
    asked.once('connect', ({ statusCode = 0 }, _, head) => {
      if (statusCode < 200 || statusCode > 299) return fail(answered(statusCode, to));
      settled = true;
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.once('response', ({ statusCode }) => fail(answered(statusCode, to)));
    asked.once('timeout', () =>
      fail(new Refused('timeout', { ...to, detail: 'The proxy of the company did not answer.' })),
    );
    asked.on('error', (error) => fail(upstreamTrouble(error.message, to)));
    asked.once('close', () => fail(upstreamTrouble('it closed the connection', to)));
    asked.end();
  });
}

const answered = (status: number | undefined, to: Authority) =>
  upstreamTrouble(status === 407 ? 'it wants another login (407)' : `it answered ${status}`, to);

/** The refusal for what went wrong on the way through the company's proxy, to a host where one is known. Pure. */
export function upstreamTrouble(what: string, to?: Authority): Refused {
  return new Refused('upstream', { ...to, detail: `The proxy of the company: ${what.replace(/[\r\n]+/g, ' ')}.` });
}
