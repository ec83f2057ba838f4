import { isIP, isIPv6 } from 'node:net';
import { canonicalAddress } from '../policy/address.ts';
import { readPort } from './readPort.ts';

/** A port of the box that is to be reached from this machine. */
export interface Publish {
  /** The address of this machine to listen on; undefined: its loopback, 127.0.0.1 and ::1. */
  readonly address: string | undefined;
  /** The port of this machine; 0: one that is free. */
  readonly port: number;
  readonly boxPort: number;
}

/** Reads `PORT`, `HOSTPORT:PORT` or `ADDRESS:HOSTPORT:PORT`; what is wrong with it, as the end of a sentence, where it is none. Pure. */
export function readPublish(text: string): Publish | string {
  const [, bracketed, plain, first, last] =
    /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*\.[^:[\]]*)):)?(?:([^:]*):)?([^:]*)$/.exec(text) ?? [];
  if (last === undefined) return 'is neither PORT, HOSTPORT:PORT nor ADDRESS:HOSTPORT:PORT';
  const address = bracketed ?? plain;
  if (address !== undefined && (isIP(address) === 0 || isIPv6(address) !== (bracketed !== undefined))) {
    return 'names no address, such as 127.0.0.1 or [::1]';
  }
  const boxPort = readPort(last);
  if (boxPort === undefined) return 'names a port of the box that is not between 1 and 65535';
  const port = first === undefined ? boxPort : first === '0' ? 0 : readPort(first);
  if (port === undefined) return 'names a port of this machine that is not between 0 (a free one) and 65535';
  return { address: address === undefined ? undefined : canonicalAddress(address), port, boxPort };
}

/** The text that readPublish reads. Pure. */
export function writePublish({ address, port, boxPort }: Publish): string {
  const host = address === undefined ? '' : `${isIPv6(address) ? `[${address}]` : address}:`;
  return `${host}${port}:${boxPort}`;
}

/** True when others than this machine may get there. Pure. */
export function isOpenToOthers({ address }: Publish): boolean {
  return address !== undefined && address !== '::1' && !address.startsWith('127.');
}

/** Where a browser finds it: `http://127.0.0.1:8080`. Pure. */
export function urlOf({ address = '127.0.0.1', port }: Publish): string {
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
