import { createServer } from 'node:http';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goesDirect, upstreamParts } from '../../../../src/network/gateway/upstream.ts';
import { extension, hello, records } from './support/clientHello.ts';
import { type CompanyProxy, companyProxy } from './support/companyProxy.ts';
import {
  ask,
  boxOf,
  connectTo,
  type RunningProxy,
  startProxy,
  type Wire,
  wireTo,
  within,
} from './support/runningProxy.ts';
import { certificateFor, type Listening, serve } from './support/servers.ts';

const { cert, key } = certificateFor('allowed.test');
let proxy: RunningProxy;
let tls: Listening;
let http: Listening;
let company: CompanyProxy;
let target = 0;

beforeEach(async () => {
  proxy = startProxy({ helloMs: 400 });
  tls = await serve(createTlsServer({ cert, key }, (socket) => socket.on('error', () => {}).pipe(socket)));
  http = await serve(createServer((request, response) => response.end(JSON.stringify([request.url, request.headers]))));
  target = tls.port;
  company = await companyProxy(() => target, 'me:pass word');
});
afterEach(async () => {
  await proxy.close();
  for (const server of [tls, http, company]) server.close();
});

const through = (direct: readonly string[] = []) => ({
  url: `http://me:pass%20word@127.0.0.1:${company.port}`,
  direct,
});

async function shake(wire: Wire, servername: string): Promise<string> {
  wire.socket.removeAllListeners('data');
  const secure = connectTls({ socket: wire.socket, ca: cert, servername, rejectUnauthorized: false });
  const outcome = new Promise<string>((resolve) => {
    secure.once('secureConnect', () => secure.write('ping'));
    secure.once('data', (data) => resolve(data.toString()));
    secure.once('error', (error) => resolve(error.message));
    secure.once('close', () => resolve('closed'));
  });
  const said = await within(outcome, 'no outcome');
  secure.destroy();
  return said;
}

describe("behind a company's proxy", () => {
  it('TLS to port 443 goes through it, with its login', async () => {
    await proxy.apply({ boxes: [boxOf(['allowed.test'])], upstream: through() });
    const wire = wireTo(proxy.path());
    wire.write(connectTo('allowed.test:443'));
    await wire.hears('\r\n\r\n');
    expect(await shake(wire, 'allowed.test')).toBe('ping');
    expect(company.asked).toEqual(['CONNECT allowed.test:443']);
  });

  it.each([
    ['another name', () => undefined],
    ['bytes that are no TLS', () => 'GET / HTTP/1.1\r\n\r\n'],
    ['half a ClientHello', () => Buffer.from('1603010200010001fc', 'hex')],
    [
      'a ClientHello that hides its name',
      () => records(hello({ name: 'allowed.test', extensions: [extension(0xfe0d, Buffer.alloc(40))] })),
    ],
    ['HTTP/2 in plain', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s does not pass on port 443', async (_, bytes) => {
    await proxy.apply({ boxes: [boxOf(['allowed.test'])], upstream: through() });
    const wire = wireTo(proxy.path());
    wire.write(connectTo('allowed.test:443'));
    await wire.hears('\r\n\r\n');
    const said = bytes();
    if (said === undefined) expect(await shake(wire, 'other.test')).toMatch(/access denied/i);
    else {
      wire.write(said);
      await wire.ends();
    }
    expect(tls.received()).toBe('');
    expect(proxy.decisions()).toMatchObject([{ verdict: 'deny', host: 'allowed.test', port: 443 }]);
  });

  it('a name that no rule allows is not even asked for', async () => {
    await proxy.apply({ boxes: [boxOf(['allowed.test'])], upstream: through() });
    expect(await ask(proxy.path(), connectTo('other.test:443'))).toMatch(/^HTTP\/1\.1 403/);
    expect(await ask(proxy.path(), connectTo('169.254.169.254:443'))).toMatch(/^HTTP\/1\.1 403/);
    expect(company.asked).toEqual([]);
  });

  it('its refusal is told as such', async () => {
    await proxy.apply({
      boxes: [boxOf(['allowed.test'])],
      upstream: { url: `http://127.0.0.1:${company.port}`, direct: [] },
    });
    const answer = await ask(proxy.path(), connectTo('allowed.test:443'));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain('X-Agentbox-Refused: upstream');
    expect(answer).toContain('407');
    const plain = await ask(proxy.path(), 'GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n');
    expect(plain).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('one that is down is told as such, and the host is the one that is logged', async () => {
    company.close();
    await proxy.apply({ boxes: [boxOf(['allowed.test'])], upstream: through() });
    for (const request of [
      connectTo('allowed.test:443'),
      'GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n',
    ]) {
      const answer = await ask(proxy.path(), request);
      expect(answer).toMatch(/^HTTP\/1\.1 502 /);
      expect(answer).toMatch(
        /allowed\.test port \d+ is refused: there is no way through the company's proxy\.\n.*ECONNREFUSED/,
      );
    }
    expect(proxy.decisions()).toMatchObject(
      [443, 80].map((port) => ({ verdict: 'deny', host: 'allowed.test', port, reason: 'upstream' })),
    );
  });

  it('plain HTTP goes through it with the whole address', async () => {
    target = http.port;
    await proxy.apply({ boxes: [boxOf(['allowed.test'])], upstream: through() });
    const answer = await ask(
      proxy.path(),
      'GET http://allowed.test/x HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('"/x"');
    expect(company.asked).toEqual(['GET http://allowed.test/x']);
  });

  it('a CONNECT to port 80 is plain HTTP for that host alone', async () => {
    target = http.port;
    await proxy.apply({ boxes: [boxOf(['allowed.test', 'second.test'])], upstream: through() });
    const get = (host: string, path = '/') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const wire = wireTo(proxy.path());
    wire.write(connectTo('allowed.test:80') + get('allowed.test', '/1'));
    await wire.hears('"/1"');
    wire.write(get('allowed.test', '/2'));
    await wire.hears('"/2"');
    wire.write(get('second.test', '/3'));
    expect(await wire.ends()).toMatch(/400[\s\S]*bad-request/);
    for (const rest of [
      get('allowed.test', 'http://second.test/'),
      connectTo('second.test:443'),
      '\x16\x03\x01\x02\x00',
    ]) {
      const other = wireTo(proxy.path());
      other.write(connectTo('allowed.test:80'));
      await other.hears('200');
      other.write(rest);
      expect(await other.ends()).not.toMatch(/200 OK/);
    }
    expect(company.asked).toEqual(['GET http://allowed.test/1', 'GET http://allowed.test/2']);
    expect(proxy.decisions().filter(({ verdict }) => verdict === 'allow')).toMatchObject([
      { kind: 'http', host: 'allowed.test', port: 80 },
      { kind: 'http', host: 'allowed.test', port: 80 },
    ]);
  });

  it('what is on its list goes directly, and is checked then', async () => {
    const box = boxOf([`near.test:${http.port}`, 'near.test'], { hosts: {} });
    await proxy.apply({ boxes: [box], upstream: through(['localhost', '.near.test']) });
    const answer = await ask(proxy.path(), connectTo('near.test:443'));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain('unresolved');
    expect(company.asked).toEqual([]);
  });
});

describe('the list of hosts without proxy', () => {
  const direct = (entry: string, host: string, port = 443) => goesDirect({ url: '', direct: [entry] }, { host, port });

  it.each([
    ['*', 'any.test'],
    ['near.test', 'near.test'],
    ['near.test', 'a.near.test'],
    ['.near.test', 'a.near.test'],
    ['*.near.test', 'a.near.test'],
    ['NEAR.test', 'near.test'],
    ['near.test:443', 'near.test'],
    ['10.0.0.0/8', '10.1.2.3'],
    ['10.1.2.3', '10.1.2.3'],
    ['[fd00::1]:443', 'fd00::1'],
    ['fd00::/8', 'fd00::1'],
  ])('%s covers %s', (entry, host) => expect(direct(entry, host)).toBe(true));

  it.each([
    ['near.test', 'nearer.test'],
    ['near.test', 'evilnear.test'],
    ['near.test:8443', 'near.test'],
    ['10.0.0.0/8', '11.1.2.3'],
    ['10.0.0.0/99', '10.1.2.3'],
    ['10.0.0.0/8', 'fd00::1'],
    ['.', 'near.test'],
    ['', 'near.test'],
  ])('%s does not cover %s', (entry, host) => expect(direct(entry, host)).toBe(false));
});

describe("the address of a company's proxy", () => {
  it('gives host, port and login', () => {
    const login = `Basic ${Buffer.from('a:b@c').toString('base64')}`;
    expect(upstreamParts({ url: 'http://a:b%40c@proxy.test:3128', direct: [] })).toEqual({
      host: 'proxy.test',
      port: 3128,
      secure: false,
      login: { 'Proxy-Authorization': login },
    });
    expect(upstreamParts({ url: 'https://[fd00::1]', direct: [] })).toMatchObject({
      host: 'fd00::1',
      port: 443,
      secure: true,
    });
  });

  it('of another kind is refused', () => {
    expect(() => upstreamParts({ url: 'socks5://proxy.test', direct: [] })).toThrow('upstream');
    expect(() => upstreamParts({ url: 'nonsense', direct: [] })).toThrow('upstream');
  });
});
