import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, boxOf, type RunningProxy, startProxy, wireTo } from './support/runningProxy.ts';
import { type Listening, serve } from './support/servers.ts';

let proxy: RunningProxy;
let server: Listening;
let here = '';

beforeEach(async () => {
  server = await serve(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('Keep-Alive', 'timeout=1');
        response.setHeader('X-Own', 'kept');
        if (request.url === '/huge') response.setHeader('X-Huge', 'x'.repeat(200_000));
        response.end(
          JSON.stringify({ url: request.url, headers: request.rawHeaders, body: Buffer.concat(chunks).toString() }),
        );
      });
    }).on('upgrade', (request, socket) => {
      if (request.url === '/no') return socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno');
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst',
      );
      socket.pipe(socket);
    }),
  );
  here = `127.0.0.1:${server.port}`;
  proxy = startProxy({ headMs: 400, headBytes: 16_384 });
  await proxy.apply({ boxes: [boxOf([here])] });
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

const get = (headers = '', path = '/') =>
  `GET http://${here}${path} HTTP/1.1\r\nHost: ${here}\r\n${headers}Connection: close\r\n\r\n`;

describe('a plain request', () => {
  it('of a box that goes away while its host is dialled harms nobody', async () => {
    for (let round = 0; round < 100; round += 1) {
      const wires = Array.from({ length: 4 }, () => wireTo(proxy.path()));
      for (const wire of wires) wire.write(get());
      await new Promise((resolve) => setTimeout(resolve, round % 4));
      for (const { socket } of wires) socket.destroy();
    }
    expect(await ask(proxy.path(), get())).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('goes to its host without what is for the proxy, and is logged', async () => {
    const answer = await ask(
      proxy.path(),
      get(
        'Proxy-Authorization: Basic eDp5\r\nProxy-Connection: keep-alive\r\nKeep-Alive: 5\r\nTE: trailers\r\nX-Mine: 1\r\nConnection: X-Gone\r\nX-Gone: 1\r\n',
        '/a?b=c',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('X-Own: kept');
    expect(answer).not.toMatch(/timeout=1/);
    const { url, headers } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
    expect(url).toBe('/a?b=c');
    expect(headers).toEqual(['Host', here, 'X-Mine', '1', 'Connection', 'close']);
    expect(proxy.decisions()).toMatchObject([{ kind: 'http', host: '127.0.0.1', port: server.port, verdict: 'allow' }]);
    await proxy.until('closed');
  });

  it('may have a body, of a length or chunked, and follow another on its connection', async () => {
    const wire = wireTo(proxy.path());
    wire.write(`POST http://${here}/1 HTTP/1.1\r\nHost: ${here}\r\nContent-Length: 4\r\n\r\nbody`);
    await wire.hears('"body":"body"');
    wire.write(
      `POST http://${here}/2 HTTP/1.1\r\nHost: ${here}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`,
    );
    await wire.hears('"body":"abcdef"');
    wire.write(`POST http://${here}/3 HTTP/1.1\r\nHost: ${here}\r\nContent-Length: 0\r\n\r\n${get('', '/4')}`);
    expect(await wire.ends()).toMatch(/"\/3"[\s\S]*"\/4"/);
  });

  it.each([
    ['to a host that no rule has', () => 'GET http://other.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n', 403],
    ['to another port', () => 'GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n', 403],
    ['to the metadata address', () => 'GET http://169.254.169.254/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n', 403],
    ['with another Host', () => `GET http://${here}/ HTTP/1.1\r\nHost: other.test\r\n\r\n`, 400],
    ['with two Hosts', () => `GET http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nHost: ${here}\r\n\r\n`, 400],
    ['without Host', () => `GET http://${here}/ HTTP/1.1\r\n\r\n`, 400],
    ['with a user', () => `GET http://u:p@${here}/ HTTP/1.1\r\nHost: ${here}\r\n\r\n`, 403],
    ['with a fragment', () => `GET http://${here}/#x HTTP/1.1\r\nHost: ${here}\r\n\r\n`, 400],
    ['by https', () => `GET https://${here}/ HTTP/1.1\r\nHost: ${here}\r\n\r\n`, 400],
    ['by ftp', () => `GET ftp://${here}/ HTTP/1.1\r\nHost: ${here}\r\n\r\n`, 400],
    ['for *', () => `OPTIONS * HTTP/1.1\r\nHost: ${here}\r\n\r\n`, 400],
    [
      'with length and chunks',
      () =>
        `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'with chunks and length',
      () =>
        `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'with two lengths',
      () => `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
      400,
    ],
    [
      'with a length that is none',
      () => `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nContent-Length: +1\r\n\r\nx`,
      400,
    ],
    [
      'with chunks in disguise',
      () => `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'with a space before a colon',
      () => `POST http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['with a folded header', () => `GET http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nX: a\r\n b\r\n\r\n`, 400],
    ['with a NUL', () => `GET http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nX: a\0b\r\n\r\n`, 400],
    ['with line feeds alone', () => `GET http://${here}/ HTTP/1.1\nHost: ${here}\nX: y\n\n`, 400],
    [
      'to get something with a body',
      () => `GET http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nContent-Length: 1\r\n\r\nx`,
      400,
    ],
    [
      'with a giant header',
      () => `GET http://${here}/ HTTP/1.1\r\nHost: ${here}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['in rubbish', () => '\x00\xff\x13\x37\r\n\r\n', 400],
    ['in HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('%s is refused', async (_, bytes, status) => {
    const answer = await ask(proxy.path(), Buffer.from(bytes(), 'latin1'));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/X-Agentbox-Refused: \w/);
    expect(server.connections()).toBe(0);
    // The twin of all of them.
    expect(await ask(proxy.path(), get())).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('to the relay itself is told what this is', async () => {
    const answer = await ask(proxy.path(), 'GET / HTTP/1.1\r\nHost: 127.0.0.1:17080\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*HTTP proxy/);
  });

  it('whose head does not come in time is let go', async () => {
    const wire = wireTo(proxy.path());
    wire.write('GET http://');
    expect(await wire.ends()).toMatch(/^HTTP\/1\.1 408 /);
    const silent = wireTo(proxy.path());
    await silent.ends();
  });

  it('whose answer is malformed or has a giant head gets 502', async () => {
    const answer = await ask(proxy.path(), get('', '/huge'));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('to what does not answer gets 502', async () => {
    server.close();
    expect(await ask(proxy.path(), get())).toMatch(/^HTTP\/1\.1 502 [\s\S]*unreachable/);
  });
});

describe('a websocket', () => {
  const upgrade = (path = '/', protocol = 'websocket', more = '') =>
    `GET http://${here}${path} HTTP/1.1\r\nHost: ${here}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}Sec-WebSocket-Key: abc\r\n\r\n`;

  it('is joined, with what is sent early', async () => {
    const wire = wireTo(proxy.path());
    wire.write(`${upgrade()}early`);
    const heard = await wire.hears('early');
    expect(heard).toMatch(/^HTTP\/1\.1 101 [\s\S]*Sec-WebSocket-Accept: x[\s\S]*\r\n\r\nfirst/);
    wire.write('later');
    await wire.hears('later');
    wire.socket.end();
    await wire.ends();
    await proxy.until('closed');
  });

  it('of a box that goes away while its host is dialled harms nobody, and is not kept', async () => {
    for (let round = 0; round < 100; round += 1) {
      const wires = Array.from({ length: 4 }, () => wireTo(proxy.path()));
      for (const wire of wires) wire.write(upgrade());
      await new Promise((resolve) => setTimeout(resolve, round % 4));
      for (const { socket } of wires) socket.destroy();
    }
    expect(await ask(proxy.path(), get())).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const closed = () => proxy.events.filter(({ event }) => event === 'closed').length;
    await expect.poll(() => proxy.decisions().length - closed(), { timeout: 4000 }).toBe(0);
  });

  it('that the host does not want gets the host’s answer, and nothing after it', async () => {
    const answer = await ask(proxy.path(), `${upgrade('/no')}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request[\s\S]*\r\n\r\nno$/);
    expect(server.received()).not.toContain('smuggled');
  });

  it('to a host that no rule has is refused', async () => {
    const answer = await ask(proxy.path(), upgrade().replaceAll(here, 'other.test'));
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*X-Agentbox-Rule: other\.test/);
  });

  it('is the only protocol that is offered', async () => {
    const answer = await ask(proxy.path(), upgrade('/plain', 'h2c'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"\/plain"/);
    expect(server.received()).not.toMatch(/h2c/);
    const body = await ask(proxy.path(), upgrade('/', 'websocket', 'Content-Length: 3\r\n'));
    expect(body).toMatch(/^HTTP\/1\.1 400 /);
  });
});
