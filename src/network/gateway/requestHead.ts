import type { IncomingMessage } from 'node:http';
import { type Authority, readAuthority, sameAuthority } from './authority.ts';
import { Refused } from './refuse.ts';

/** Headers that are about one connection and not the message; RFC 9110 §7.6.1, and what proxies are told. */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** All values of a header, as many as the message has of it. Pure. */
export function headerValues({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The headers of a message that go on, as name and value in turn: without those of this connection, and those in `without`. Pure. */
export function endToEnd(message: Pick<IncomingMessage, 'rawHeaders'>, without: readonly string[] = []): string[] {
  const { rawHeaders } = message;
  const nominated = headerValues(message, 'connection').flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  const dropped = new Set([...HOP_BY_HOP, ...nominated.filter((name) => name !== 'content-length'), ...without]);
  return rawHeaders.filter((_, index) => !dropped.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()));
}

/** Where a plain request goes. */
export interface PlainTarget {
  readonly to: Authority;
  /** Path and query. */
  readonly path: string;
}

/** How the body of a request is delimited; undefined: it has none. */
export type Framing = { readonly name: 'Transfer-Encoding' | 'Content-Length'; readonly value: string } | undefined;

/**
 * The target of a plain request: that of its absolute URI, or inside a CONNECT to port 80 of its path. Undefined for a request to
 * the gateway itself. Throws Refused for what is malformed or says two different things. Pure.
 */
export function plainTarget(request: IncomingMessage, inside: Authority | undefined): PlainTarget | undefined {
  const url = request.url ?? '';
  const hosts = headerValues(request, 'host');
  const [, authority, path = ''] = /^http:\/\/([^/?#]*)([/?][\x21-\x22\x24-\x7e]*)?$/i.exec(url) ?? [];
  if (authority === undefined && url.startsWith('/') && inside === undefined) return undefined;
  const to = authority === undefined ? inside : readAuthority(authority, 80);
  if (authority !== undefined && to === undefined)
    throw new Refused('bad-name', { host: printable(authority), port: 80 });
  if (to === undefined) throw bad('Only http:// goes this way; for TLS a proxy is asked with CONNECT.');
  // As in a tunnel: what goes to 443 is TLS.
  if (to.port === 443) throw new Refused('not-tls', to);
  if (authority === undefined && !/^\/[\x21-\x22\x24-\x7e]*$/.test(url)) throw bad('The target is no path.', to);
  const said = hosts[0] === undefined ? undefined : readAuthority(hosts[0], 80);
  const agree =
    hosts.length === 1
      ? said !== undefined && sameAuthority(said, to)
      : request.httpVersion === '1.0' && hosts.length === 0;
  if (!agree) throw bad('The Host header is not the host of the target, or there are several.', to);
  if (inside !== undefined && !sameAuthority(inside, to)) throw bad('The target is not the host of the CONNECT.', to);
  const full = authority === undefined ? url : path.startsWith('/') ? path : `/${path}`;
  return { to, path: full };
}

/** How a request's body is delimited. Throws Refused where two readers could differ about it. Pure. */
export function framingOf(request: IncomingMessage, to: Authority): Framing {
  const codings = headerValues(request, 'transfer-encoding');
  const lengths = headerValues(request, 'content-length');
  if (codings.length + lengths.length > 1) throw bad('Several headers delimit the body.', to);
  const [coding] = codings;
  const [length] = lengths;
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || request.httpVersion !== '1.1')) {
    throw bad('The body is coded in another way than chunked.', to);
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw bad('The length of the body is no number.', to);
  const has = coding !== undefined || (length !== undefined && Number(length) > 0);
  if (has && /^(?:GET|HEAD|TRACE)$/.test(request.method ?? '')) throw bad(`A ${request.method} with a body.`, to);
  if (coding !== undefined) return { name: 'Transfer-Encoding', value: 'chunked' };
  return length === undefined ? undefined : { name: 'Content-Length', value: length };
}

function bad(detail: string, to?: Authority): Refused {
  return new Refused('bad-request', { ...to, detail });
}

function printable(text: string): string {
  return text.slice(0, 255).replace(/[^\x21-\x7e]/g, '?');
}
