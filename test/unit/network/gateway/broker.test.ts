import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { brokeredFor } from '../../../../src/network/gateway/broker.ts';
import { LIMITS } from '../../../../src/network/gateway/limits.ts';
import { Refused } from '../../../../src/network/gateway/refuse.ts';
import type { BrokeredSecret } from '../../../../src/network/protocol.ts';
import { type Bench, bench, HOST, textOf } from './brokerBench.ts';

const KEY = 'sk-real-0123456789';
const PLACEHOLDER = 'sk-agentbox0000000';
const secret: BrokeredSecret = { name: 'API_KEY', placeholder: PLACEHOLDER, value: KEY, hosts: [HOST] };
const elsewhere: BrokeredSecret = {
  name: 'OTHER',
  placeholder: 'sk-agentboxOther',
  value: 'sk-real-other',
  hosts: ['other.test', `${HOST}:8443`],
};

let made: Bench[] = [];
beforeEach(() => {
  made = [];
});
afterEach(() => {
  for (const one of made) one.close();
});
async function start(...how: Parameters<typeof bench>): Promise<Bench> {
  const one = await bench(...how);
  made.push(one);
  return one;
}
/** A host that answers with what it was asked. */
async function echoing(...how: Parameters<typeof bench>): Promise<Bench> {
  const one = await start(...how);
  one.server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request);
    response.setHeader('X-Asked', `${request.method} ${request.url}`);
    response.end(JSON.stringify({ headers: request.headers, raw: request.rawHeaders, body }));
  });
  return one;
}

test('secrets belong to the hosts and ports they name, and to no other', () => {
  const of = (host: string, port: number) =>
    brokeredFor({ brokered: [secret, elsewhere] }, host, port).map(({ name }) => name);
  expect(of(HOST, 443)).toEqual(['API_KEY']);
  expect(of(HOST, 8443)).toEqual(['OTHER']);
  expect(of(HOST, 80)).toEqual([]);
  expect(of(`sub.${HOST}`, 443)).toEqual([]);
  expect(of('2001:db8::1', 443)).toEqual([]);
  const address = { ...secret, hosts: ['[2001:db8::1]', '10.0.0.1:8443'] };
  expect(brokeredFor({ brokered: [address] }, '2001:db8::1', 443)).toEqual([address]);
  expect(brokeredFor({ brokered: [address] }, '10.0.0.1', 8443)).toEqual([address]);
});

describe('a request', () => {
  test('gets the value in the place of the placeholder, in a header, after Bearer, in Basic and in the query', async () => {
    const { ask } = await echoing([secret, elsewhere]);
    const basic = Buffer.from(`x:${PLACEHOLDER}`).toString('base64');
    const { status, headers, body } = await ask({
      path: `/v1/a%20b?key=${PLACEHOLDER}&z=%41`,
      headers: {
        'X-Api-Key': PLACEHOLDER,
        Authorization: `Bearer ${PLACEHOLDER}`,
        'X-Basic': `Basic ${basic}`,
        Other: elsewhere.placeholder,
      },
    });
    expect(status).toBe(200);
    expect(headers['x-asked']).toBe(`GET /v1/a%20b?key=${KEY}&z=%41`);
    expect(JSON.parse(body).headers).toMatchObject({
      'x-api-key': KEY,
      authorization: `Bearer ${KEY}`,
      'x-basic': `Basic ${Buffer.from(`x:${KEY}`).toString('base64')}`,
      // The secret of another host.
      other: elsewhere.placeholder,
      host: HOST,
    });
  });

  test('keeps its body as it is, also where the placeholder stands in it, and its other headers in order and case', async () => {
    const { ask } = await echoing([secret]);
    const { body } = await ask({
      method: 'POST',
      headers: { 'X-Two': ['a', 'b'], 'aB-c': '1' },
      body: `{"key":"${PLACEHOLDER}"}`,
    });
    const asked = JSON.parse(body);
    expect(asked.body).toBe(`{"key":"${PLACEHOLDER}"}`);
    expect(asked.raw.slice(0, 8)).toEqual(['Host', HOST, 'X-Two', 'a', 'X-Two', 'b', 'aB-c', '1']);
  });

  test('of a large chunked body arrives whole, and so does the answer', async () => {
    const one = await start([secret]);
    one.server.on('request', (request, response) => request.pipe(response));
    const body = Buffer.alloc(3_000_000, 'agentbox');
    const socket = await one.open();
    socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`);
    for (let at = 0; at < body.length; at += 100_000) {
      const chunk = body.subarray(at, at + 100_000);
      socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      socket.write('\r\n');
    }
    socket.write('0\r\n\r\n');
    const answer = await textOf(socket);
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer.match(/agentbox/g)?.length).toBeGreaterThan(374_000);
  });

  test('without a body is one without a body for the host', async () => {
    const { ask } = await echoing([secret]);
    const { body } = await ask({ method: 'POST' });
    expect(JSON.parse(body).headers).toMatchObject({ 'content-length': '0' });
    const { body: get } = await ask({ method: 'GET' });
    expect(JSON.parse(get).headers).not.toHaveProperty('transfer-encoding');
  });

  test('with HEAD is answered with the length and no body', async () => {
    const one = await start([secret]);
    one.server.on('request', (_, response) => {
      response.setHeader('Content-Length', '1234');
      response.end();
    });
    const { status, headers, body } = await one.ask({ method: 'HEAD' });
    expect({ status, length: headers['content-length'], body }).toEqual({ status: 200, length: '1234', body: '' });
  });

  test('that expects 100 is told so by the host, or gets its refusal', async () => {
    const one = await start([secret]);
    one.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/no') {
        response.statusCode = 413;
        response.end('too much');
        return;
      }
      response.writeContinue();
      request.pipe(response);
    });
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`;
    const yes = await one.open();
    yes.write(head('/yes'));
    expect(`${(await once(yes, 'data'))[0]}`).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    yes.write('hello');
    expect(`${(await once(yes, 'data'))[0]}`).toContain('HTTP/1.1 200 OK');
    yes.destroy();
    const no = await one.open();
    no.write(head('/no'));
    expect(await textOf(no)).toMatch(/^HTTP\/1.1 413 [\s\S]*Connection: close[\s\S]*too much/);
  });

  test('is answered piece by piece, as the host sends it', async () => {
    const one = await start([secret]);
    let answered: ServerResponse | undefined;
    one.server.on('request', (_, response) => {
      answered = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
    });
    const socket = await one.open();
    socket.write(`GET /events HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    expect(`${(await once(socket, 'data'))[0]}`).toContain('text/event-stream');
    for (const text of ['data: 1', 'data: 2']) {
      answered?.write(`${text}\n\n`);
      expect(`${(await once(socket, 'data'))[0]}`).toContain(text);
    }
    const gone = once(answered as ServerResponse, 'close');
    socket.destroy();
    await gone;
  });

  test('that is redirected gets the redirect, and nothing is followed', async () => {
    const one = await start([secret]);
    one.server.on('request', (_, response) => {
      response.writeHead(302, { Location: 'https://elsewhere.test/' });
      response.end();
    });
    const { status, headers } = await one.ask({ headers: { Authorization: `Bearer ${PLACEHOLDER}` } });
    expect({ status, location: headers.location }).toEqual({ status: 302, location: 'https://elsewhere.test/' });
    expect(one.dialled()).toBe(1);
  });

  test('that is answered with 401 or 403 tells which secret was not taken, unless none was put in', async () => {
    const one = await start([secret]);
    one.server.on('request', (request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end();
    });
    await one.ask({ path: '/401', headers: { Authorization: `Bearer ${PLACEHOLDER}` } });
    await one.ask({ path: '/403', headers: { Authorization: PLACEHOLDER } });
    await one.ask({ path: '/401', headers: { Authorization: 'Bearer other' } });
    await one.ask({ path: '/500', headers: { Authorization: `Bearer ${PLACEHOLDER}` } });
    expect(one.rejected).toEqual([
      ['API_KEY', 401],
      ['API_KEY', 403],
    ]);
  });

  test('gets the newer value as soon as there is one, on the same connection', async () => {
    const one = await echoing([secret]);
    const socket = await one.open();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const ask = () => socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Key: ${PLACEHOLDER}\r\n\r\n`);
    ask();
    await expect.poll(() => text).toContain(KEY);
    one.box.brokered = [{ ...secret, value: 'sk-real-newer' }];
    ask();
    await expect.poll(() => text).toContain('sk-real-newer');
    one.box.brokered = [{ ...secret, value: '' }];
    ask();
    await expect.poll(() => text).toMatch(/HTTP\/1.1 503 [\s\S]*There is no value for API_KEY/);
    expect(one.dialled()).toBe(1);
  });

  test('of a box that is gone is not served', async () => {
    const one = await echoing([secret]);
    const socket = await one.open();
    one.box.gone = true;
    expect((await one.ask({ on: socket, headers: { 'X-Key': PLACEHOLDER } })).status).toBe(503);
    expect(one.dialled()).toBe(0);
  });
});

describe('a request that is not for this host', () => {
  test.each([
    ['another name', 'Host: other.test\r\n', 421],
    ['the port of another service', `Host: ${HOST}:8443\r\n`, 421],
    ['two names', `Host: ${HOST}\r\nHost: other.test\r\n`, 421],
    ['the same name twice', `Host: ${HOST}\r\nHost: ${HOST}\r\n`, 421],
    ['none', '', 400],
  ])('because its Host header has %s is refused', async (_, host, status) => {
    const one = await echoing([secret]);
    const socket = await one.open();
    socket.write(`GET / HTTP/1.1\r\n${host}X-Key: ${PLACEHOLDER}\r\nConnection: close\r\n\r\n`);
    expect(await textOf(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(one.dialled()).toBe(0);
  });

  test.each([
    ['the absolute form', `GET https://other.test/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ['the absolute form of this very host', `GET https://${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ['CONNECT', `CONNECT other.test:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ['TRACE', `TRACE / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ['two lengths', `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunks in another coding',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a space before the colon', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Key : 1\r\n\r\n`],
    ['a folded header', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Key: 1\r\n 2\r\n\r\n`],
    ['bare line feeds', `GET / HTTP/1.1\nHost: ${HOST}\n\n`],
    ['rubbish', '\u0000\u0001\u0002\r\n\r\n'],
    ['a head that is too large', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'a'.repeat(LIMITS.headBytes)}\r\n\r\n`],
  ])('%s is refused', async (_, text) => {
    const one = await echoing([secret]);
    const socket = await one.open();
    socket.on('error', () => {});
    socket.write(text, 'latin1');
    const answer = await textOf(socket).catch(() => '');
    expect(answer === '' || /^HTTP\/1.1 4\d\d /.test(answer)).toBe(true);
    expect(one.dialled()).toBe(0);
  });
});

describe('a connection', () => {
  test('answers requests that come all at once in their order', async () => {
    const one = await echoing([secret]);
    const socket = await one.open();
    socket.write(
      `GET /1 HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET /2 HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    );
    const text = await textOf(socket);
    expect(text.match(/X-Asked: GET \/\d/g)).toEqual(['X-Asked: GET /1', 'X-Asked: GET /2']);
  });

  test('speaks HTTP/1.1 where the box offers it, and nothing with a box that offers HTTP/2 alone', async () => {
    const one = await echoing([secret]);
    const both = await one.open({ alpn: ['h2', 'http/1.1'] });
    expect(both.alpnProtocol).toBe('http/1.1');
    both.destroy();
    await expect(one.open({ alpn: ['h2'] })).rejects.toThrow(/no application protocol|ECONNRESET|disconnected/i);
  });

  test('is closed where the server name is that of another host, or absent', async () => {
    const one = await echoing([secret]);
    for (const servername of ['other.test', '']) {
      const socket = await one.open({ servername }).catch(() => undefined);
      if (socket === undefined) continue;
      socket.on('error', () => {});
      socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
      expect(await textOf(socket).catch(() => '')).toBe('');
    }
    expect(one.dialled()).toBe(0);
  });

  test('without TLS gets nothing', async () => {
    const one = await echoing([secret]);
    const socket = await one.raw();
    socket.on('error', () => {});
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Key: ${PLACEHOLDER}\r\n\r\n`);
    expect(await textOf(socket).catch(() => '')).not.toContain('HTTP');
    expect(one.dialled()).toBe(0);
  });

  test('that says nothing, or not enough, is closed after a while', async () => {
    const one = await echoing([secret], { limits: { ...LIMITS, helloMs: 50, headMs: 50, keepAliveMs: 20 } });
    const silent = await one.raw();
    silent.resume();
    await once(silent, 'close');
    const slow = await one.open();
    slow.write(`GET / HTTP/1.1\r\nHost:`);
    slow.resume();
    await once(slow, 'close');
    const idle = await one.open();
    idle.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    idle.resume();
    await once(idle, 'close');
  });

  test.each([
    ['a certificate of nobody that is known', { untrusted: true }],
    ['the certificate of another host', { certifiedFor: 'other.test' }],
  ])('to a host with %s gets no secret and says why', async (_, how) => {
    const one = await echoing([secret], how);
    const { status, body } = await one.ask({ headers: { Authorization: `Bearer ${PLACEHOLDER}` } });
    expect(status).toBe(502);
    expect(body).toMatch(/TLS to the host failed \((UNABLE_TO_\w+|SELF_SIGNED_\w+|ERR_TLS_CERT_ALTNAME_INVALID)\)/);
    expect(body).not.toContain(KEY);
  });

  test('to a host that nobody answers at gets told so', async () => {
    const dial = () => Promise.reject(new Refused('refused-address', { host: HOST, port: 443 }));
    const one = await echoing([secret], { dial });
    const { status, headers } = await one.ask({ method: 'POST', body: 'x'.repeat(1000) });
    expect({ status, why: headers['x-agentbox-refused'] }).toEqual({ status: 403, why: 'refused-address' });
  });

  test('that the host cuts in the middle of an answer is cut for the box too', async () => {
    const one = await start([secret]);
    one.server.on('request', (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(one.ask()).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test('changes to another protocol, with the secret in its first request, and carries bytes both ways', async () => {
    const one = await start([secret]);
    let asked: IncomingMessage | undefined;
    one.server.on('upgrade', (request, socket) => {
      asked = request;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhi!',
      );
      socket.pipe(socket);
    });
    const socket = await one.open();
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer ${PLACEHOLDER}\r\n\r\n`,
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toMatch(/^HTTP\/1.1 101 [\s\S]*Sec-WebSocket-Accept: x[\s\S]*\r\n\r\nhi!$/);
    expect(asked?.headers).toMatchObject({ upgrade: 'websocket', authorization: `Bearer ${KEY}` });
    socket.write(PLACEHOLDER);
    await expect.poll(() => text).toMatch(new RegExp(`hi!${PLACEHOLDER}$`));
    socket.destroy();
  });

  test('that may not change its protocol gets the answer of the host', async () => {
    const one = await echoing([secret]);
    const socket = await one.open();
    socket.write(`GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
    const answer = await textOf(socket);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    expect(answer).toContain('GET /ws');
  });
});

test('the broker is for TLS alone: a host that speaks plain HTTP gets nothing', async () => {
  let asked = '';
  const plain = createServer((request, response) => {
    asked += JSON.stringify(request.headers);
    response.end();
  });
  plain.on('clientError', (_, socket) => socket.destroy());
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  const { port } = plain.address() as { port: number };
  const one = await start([secret], { dial: async () => connect(port, '127.0.0.1') });
  const { status } = await one.ask({ headers: { Authorization: `Bearer ${PLACEHOLDER}` } });
  plain.close();
  expect({ status, asked }).toEqual({ status: 502, asked: '' });
});
