import { type Attack, ask, https, plain, raw, type Targets } from './attack.ts';

/** Requests that two readers may read differently, and ways to another host inside an allowed one. */
export function httpAttacks(targets: Targets): readonly Attack[] {
  const { good, evil, evilAddress } = targets;
  const post = (id: string, head: string, body: string) =>
    raw(`POST http://${good}/${id} HTTP/1.1\r\nHost: ${good}\r\n${head}\r\n${body}`);
  const second = (id: string) => `GET http://${evil}/${id} HTTP/1.1\r\nHost: ${evil}\r\n\r\n`;
  const requests: Readonly<Record<string, (id: string) => string>> = {
    'another Host than that of the address': (id) => plain(`http://${good}/${id}`, evil),
    'an allowed Host for another address': (id) => plain(`http://${evil}/${id}`, good),
    'Host twice': (id) => plain(`http://${good}/${id}`, good, `Host: ${evil}\r\n`),
    'Host twice, the other way': (id) => plain(`http://${good}/${id}`, evil, `Host: ${good}\r\n`),
    'Host with a list': (id) => plain(`http://${good}/${id}`, `${good}, ${evil}`),
    'an empty Host': (id) => plain(`http://${good}/${id}`, ''),
    'Host with a port of its own': (id) => plain(`http://${good}/${id}`, `${good}:8443`),
    'a user in the address': (id) => plain(`http://${good}@${evil}/${id}`, evil),
    'a backslash in the address': (id) => plain(`http://${evil}\\@${good}/${id}`, good),
    'a path for an address': (id) => plain(`/${id}`, good),
    'two slashes for an address': (id) => plain(`//${good}/${id}`, good),
    'https in the address': (id) => plain(`https://${good}/${id}`, good),
    'ftp in the address': (id) => plain(`ftp://${good}/${id}`, good),
    'file in the address': (id) => plain(`file:///etc/passwd?${id}`, good),
    'another port': (id) => plain(`http://${good}:8443/${id}`, `${good}:8443`),
    'port 443 without TLS': (id) => plain(`http://${good}:443/${id}`, `${good}:443`),
    'a line feed in the address': (id) => plain(`http://${good}/\n${id}`, good),
    'HTTP/0.9': (id) => `GET http://${evil}/${id}\r\n\r\n`,
    'HTTP/1.0 to another': (id) => `GET http://${evil}/${id} HTTP/1.0\r\n\r\n`,
    'HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/3.7': (id) => `GET http://${good}/${id} HTTP/3.7\r\nHost: ${good}\r\n\r\n`,
    'an unknown method': (id) => `GETT http://${good}/${id} HTTP/1.1\r\nHost: ${good}\r\n\r\n`,
    SOCKS5: () => '\x05\x01\x00',
    SOCKS4: () => '\x04\x01\x01\xbb\x0a\x00\x00\x01\0',
    'TLS to the proxy': () => '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00',
    'a head without end': () => `GET http://${good}/ HTTP/1.1\r\n${'X-A: b\r\n'.repeat(40_000)}`,
    'a header of 200 KB': (id) => plain(`http://${good}/${id}`, good, `X-Long: ${'a'.repeat(200_000)}\r\n`),
    'a header with a NUL': (id) => plain(`http://${good}/${id}`, good, 'X-A: a\0b\r\n'),
    'a header with a bare CR': (id) => plain(`http://${good}/${id}`, good, 'X-A: a\rX-B: b\r\n'),
    'a folded header': (id) => plain(`http://${good}/${id}`, good, 'X-A: a\r\n b\r\n'),
    'a space before the colon': (id) => plain(`http://${good}/${id}`, good, 'X-A : a\r\n'),
    'a header without a name': (id) => plain(`http://${good}/${id}`, good, ': a\r\n'),
    'no colon': (id) => plain(`http://${good}/${id}`, good, 'X-A\r\n'),
    'an upgrade to another protocol of HTTP at another host': (id) =>
      plain(`http://${evil}/${id}`, evil, 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'),
    'a websocket to another host': (id) => websocket(evil, id),
    'a websocket to an address': (id) => websocket(evilAddress, id),
    'CONNECT in small letters': () => `connect ${evil}:443 HTTP/1.1\r\nHost: ${good}\r\n\r\n`,
    'CONNECT of HTTP/1.0': () => `CONNECT ${evil}:443 HTTP/1.0\r\n\r\n`,
    'CONNECT with an allowed Host': () => `CONNECT ${evil}:443 HTTP/1.1\r\nHost: ${good}:443\r\n\r\n`,
    'CONNECT to the relay': () => 'CONNECT 127.0.0.1:17080 HTTP/1.1\r\nHost: 127.0.0.1:17080\r\n\r\n',
  };
  const smuggled: Readonly<Record<string, (id: string) => ReturnType<typeof raw>>> = {
    'both lengths': (id) =>
      post('first', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${second(id)}`),
    'two lengths': (id) => post('first', 'Content-Length: 0\r\nContent-Length: 90\r\n', second(id)),
    'a list of lengths': (id) => post('first', 'Content-Length: 0, 90\r\n', second(id)),
    'a length with a plus': (id) => post('first', 'Content-Length: +0\r\n', second(id)),
    'a length below zero': (id) => post('first', 'Content-Length: -1\r\n', second(id)),
    'a length in hexadecimal': (id) => post('first', 'Content-Length: 0x0\r\n', second(id)),
    'an unknown encoding': (id) => post('first', 'Transfer-Encoding: xchunked\r\n', second(id)),
    'chunked and more': (id) => post('first', 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${second(id)}`),
    'chunked twice': (id) =>
      post('first', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${second(id)}`),
    'a space before the colon of the encoding': (id) =>
      post('first', 'Transfer-Encoding : chunked\r\nContent-Length: 0\r\n', second(id)),
    'a bare line feed as the end': (id) =>
      raw(`POST http://${good}/first HTTP/1.1\nHost: ${good}\nContent-Length: 0\n\n${second(id)}`),
    'a chunk with a bad size': (id) => post('first', 'Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${second(id)}`),
    'a second request on the connection': (id) =>
      raw(`GET http://${good}/first HTTP/1.1\r\nHost: ${good}\r\n\r\n${second(id)}`),
    'a second request in the body of a GET': (id) =>
      raw(`GET http://${good}/first HTTP/1.1\r\nHost: ${good}\r\nContent-Length: 1\r\n\r\nx${second(id)}`),
    'a tunnel after a request': (id) =>
      raw(
        `GET http://${good}/first HTTP/1.1\r\nHost: ${good}\r\n\r\nCONNECT ${evil}:80 HTTP/1.1\r\nHost: x\r\n\r\n${ask(evil, id)}`,
      ),
    'a request after a websocket that was refused': (id) => raw(`${websocket(evil, 'first')}${second(id)}`),
  };
  const allowed = (id: string) => raw(plain(`http://${good}/${id}`, good));
  const both = (id: string) =>
    raw(`GET http://${good}/first HTTP/1.1\r\nHost: ${good}\r\n\r\n${plain(`http://${good}/${id}`, good)}`);
  const twins: Readonly<Record<string, Attack['twin']>> = {
    'a websocket to another host': (id) => raw(websocket(good, id)),
    'CONNECT of HTTP/1.0': https(good),
    'CONNECT with an allowed Host': https(good),
    'CONNECT to the relay': https(good),
  };
  return [
    ...Object.entries(requests).map(
      ([what, text]): Attack => ({
        what: `request: ${what}`,
        probe: (id) => raw(text(id)),
        twin: twins[what] ?? allowed,
      }),
    ),
    ...Object.entries(smuggled).map(
      ([what, probe]): Attack => ({ what: `hidden request: ${what}`, probe, twin: both }),
    ),
    {
      what: 'another host inside a tunnel to port 80',
      probe: (id) => ({ kind: 'through', to: `${good}:80`, pieces: [ask(evil, id)] }),
      twin: (id) => ({ kind: 'through', to: `${good}:80`, pieces: [ask(good, id)] }),
    },
    {
      what: 'a whole address of another host inside a tunnel to port 80',
      probe: (id) => ({ kind: 'through', to: `${good}:80`, pieces: [plain(`http://${evil}/${id}`, evil)] }),
      twin: (id) => ({ kind: 'through', to: `${good}:80`, pieces: [plain(`/${id}`, good)] }),
    },
    {
      what: 'a tunnel inside a tunnel to port 80',
      probe: (id) => ({
        kind: 'through',
        to: `${good}:80`,
        pieces: [`CONNECT ${evil}:80 HTTP/1.1\r\nHost: ${evil}\r\n\r\n`, ask(evil, id)],
      }),
      twin: (id) => ({ kind: 'through', to: `${good}:80`, pieces: [ask(good, id)] }),
    },
  ];
}

function websocket(host: string, id: string): string {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  return `GET http://${host}/${id} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`;
}
