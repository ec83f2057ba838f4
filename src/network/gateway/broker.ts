import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { BrokeredSecret, Carried, GatewayBox } from '../protocol.ts';
import { type Authority, readAuthority, sameAuthority } from './authority.ts';
import { brokerServer } from './brokerServer.ts';
import type { Dial } from './dial.ts';
import type { Limits } from './limits.ts';

/** A connection to a host of brokered secrets, whose CONNECT was answered with 200. */
export interface Termination {
  /** The box's side, and what was read of it already. */
  readonly client: Duplex;
  readonly head: Buffer;
  /** The box as it is now, which may change while the connection lasts; undefined once it is gone. */
  readonly box: () => GatewayBox | undefined;
  /** As in the CONNECT, in canonical form (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
  readonly dial: Dial;
  /** Authorities (PEM) that are trusted besides the usual ones. */
  readonly authorities: string;
  /** The host answered 401 or 403 to a request with a secret of that name. */
  readonly rejected: (name: string, status: number) => void;
  /** A model's reply said what it took. */
  readonly carried: (carried: Omit<Carried, 'box' | 'agent' | 'time'>) => void;
  readonly limits: Limits;
}

/** The secrets of a box that go to this host and port; none: the connection is not the broker's. Pure. */
export function brokeredFor(
  { brokered }: Pick<GatewayBox, 'brokered'>,
  host: string,
  port: number,
): readonly BrokeredSecret[] {
  return brokered.filter(({ hosts }) => hosts.some((one) => isAt(one, { host, port })));
}

/** The secrets of a box that are traded at this host and port, where the gateway answers in the host's place. Pure. */
export function tradedAt(
  { brokered }: Pick<GatewayBox, 'brokered'>,
  host: string,
  port: number,
): readonly BrokeredSecret[] {
  return brokered.filter(({ tokenHost }) => tokenHost !== undefined && isAt(tokenHost, { host, port }));
}

function isAt(text: string, to: Authority): boolean {
  const named = readAuthority(text, 443);
  return named !== undefined && sameAuthority(named, to);
}

/**
 * Ends the box's TLS here and passes its requests on over TLS of our own, with secrets in the place of placeholders. The
 * connection is closed where the box speaks of another host, no TLS, or HTTP/2 alone. It ends with `client`.
 */
export function terminate(termination: Termination): void {
  const { client, head, box, host, limits } = termination;
  const tls = box()?.tls;
  client.on('error', () => {});
  if (tls === undefined) {
    client.destroy();
    return;
  }
  if (head.length > 0) client.unshift(head);
  const isName = isIP(host) === 0;
  const socket = new TLSSocket(client, {
    isServer: true,
    secureContext: createSecureContext({ cert: tls.certificate, key: tls.key }),
    ALPNProtocols: ['http/1.1'],
  });
  const late = setTimeout(() => socket.destroy(), limits.helloMs);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(late);
    client.destroy();
  });
  socket.once('secure', () => {
    clearTimeout(late);
    const { servername } = socket as { readonly servername?: string | false | null };
    const named = servername ? servername.toLowerCase() : undefined;
    if (named === host || (named === undefined && !isName)) brokerServer(termination, socket);
    else socket.destroy();
  });
}
