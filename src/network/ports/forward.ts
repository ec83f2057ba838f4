import { isIPv6 } from 'node:net';
import { checkHost } from '../policy/host.ts';
import { RELAY_PORT } from '../protocol.ts';
import { readPort } from './readPort.ts';

/** A TCP service that the box is to find on a port of its own loopback. */
export interface Forward {
  /** The port in the box. */
  readonly boxPort: number;
  /** A name or an address, canonical. */
  readonly host: string;
  readonly port: number;
  /** For people: `--forward`, `config`. */
  readonly from: string;
}

/** Each is a process in the box and a socket of the gateway. */
const MOST = 16;
/** Lower ports are not for everybody to listen on. */
const LOWEST = 1024;

/** Reads `HOST:PORT` or `BOXPORT:HOST:PORT`; what is wrong with it, as the end of a sentence, where it is none. Pure. */
export function readForward(text: string, from: string): Forward | string {
  const [, own, bracketed, plain, last = ''] = /^(?:(\d*):)?(?:\[([^[\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const checked = checkHost(bracketed ?? plain ?? '');
  const isRight = checked !== undefined && isIPv6(checked.host) === (bracketed !== undefined);
  if (!isRight) return 'is neither HOST:PORT nor BOXPORT:HOST:PORT, such as 5432:db.corp:5432';
  const port = readPort(last);
  if (port === undefined) return 'names a port that is not between 1 and 65535';
  if (port === 80 || port === 443) return `needs no port in the box: allow ${checked.host}, and its proxy goes there`;
  const boxPort = own === undefined ? port : readPort(own);
  if (boxPort === undefined || boxPort < LOWEST) {
    return `needs a port in the box from ${LOWEST} to 65535, such as ${10_000 + port}:${placeOf({ host: checked.host, port })}`;
  }
  if (boxPort === RELAY_PORT) return `needs another port in the box: ${RELAY_PORT} is the relay's`;
  return { boxPort, host: checked.host, port, from };
}

/** What is wrong with several of them, as the end of a sentence; undefined when nothing is. Pure. */
export function forwardsProblem(forwards: readonly Pick<Forward, 'boxPort'>[]): string | undefined {
  const ports = forwards.map(({ boxPort }) => boxPort);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) return `has port ${twice} of the box twice`;
  return forwards.length > MOST ? `has more than ${MOST} services` : undefined;
}

/** Where it leads, which is also the text of the rule that allows exactly that: `db.corp:5432`, `[fd00::1]:22`. Pure. */
export function placeOf({ host, port }: Pick<Forward, 'host' | 'port'>): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
