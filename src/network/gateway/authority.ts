import { checkHost } from '../policy/host.ts';

/** A host, in its canonical form, and a port. */
export interface Authority {
  readonly host: string;
  readonly port: number;
}

const FORM = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^[\]:@/?#\\%\s]{1,255})(?::([1-9][0-9]{0,4}))?$/;

/**
 * Reads `host`, `host:port` or `[v6]:port`; without a port it is `usual`, and without that there must be one. Undefined
 * for everything else: users, paths, spaces, zones, addresses in disguise. Pure.
 */
export function readAuthority(text: string, usual?: number): Authority | undefined {
  const [, name, digits] = FORM.exec(text) ?? [];
  const port = digits === undefined ? usual : Number(digits);
  if (name === undefined || port === undefined || port > 65_535) return undefined;
  const host = checkHost(name)?.host;
  return host === undefined ? undefined : { host, port };
}

/** Writes a host and port as they stand in an address or a CONNECT; without the port where it is `usual`. Pure. */
export function writeAuthority({ host, port }: Authority, usual?: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === usual ? name : `${name}:${port}`;
}

/** Whether both are the same. Pure. */
export function sameAuthority(one: Authority, other: Authority): boolean {
  return one.host === other.host && one.port === other.port;
}
