import { createServer } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, boxOf, connectTo, type RunningProxy, startProxy, wireTo, within } from './support/runningProxy.ts';
import { certificateFor, echo, type Listening, serve } from './support/servers.ts';

let proxy: RunningProxy;
let server: Listening;

beforeEach(async () => {
  proxy = startProxy({ helloMs: 400 });
  server = await echo();
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

describe('a CONNECT', () => {
  it('reaches a port that a rule names, and what was moved is logged', async () => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`])] });
    const wire = wireTo(proxy.path());
    wire.write(connectTo(`127.0.0.1:${server.port}`));
    await wire.hears('200');
    wire.write('hello there');
    await wire.hears('hello there');
    wire.socket.end();
    await wire.ends();
    const closed = await proxy.until('closed');
    expect(closed).toMatchObject({ up: 11, down: 11, id: proxy.decisions()[0]?.id });
    expect(proxy.decisions()).toMatchObject([
      { box: 'one', host: '127.0.0.1', port: server.port, kind: 'connect', verdict: 'allow' },
    ]);
  });

  it('is refused without a rule, and the answer says which to ask for', async () => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`])] });
    const answer = await ask(proxy.path(), connectTo('example.com:443'));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('X-Agentbox-Refused: not-allowed');
    expect(answer).toContain('X-Agentbox-Rule: example.com');
    expect(answer).toContain('agentbox net allow example.com');
    expect(proxy.decisions()).toMatchObject([{ host: 'example.com', verdict: 'deny', reason: 'not-allowed' }]);
  });

  it.each([
    ['another port', () => `127.0.0.1:${server.port + 1}`, 403],
    ['a denied address', () => '127.0.0.2:443', 403],
    ['no port', () => '127.0.0.1', 403],
    ['port 0', () => '127.0.0.1:0', 403],
    ['a port too high', () => '127.0.0.1:65536', 403],
    ['a port with a zero before it', () => `127.0.0.1:0${server.port}`, 403],
    ['an address as one number', () => `2130706433:${server.port}`, 403],
    ['an address in octal', () => `0177.0.0.1:${server.port}`, 403],
    ['an address in hexadecimal', () => `0x7f.0.0.1:${server.port}`, 403],
    ['a short address', () => `127.1:${server.port}`, 403],
    ['a mapped address', () => `[::ffff:10.0.0.1]:${server.port}`, 403],
    ['a zone', () => `[fe80::1%25eth0]:${server.port}`, 403],
    ['a user', () => `user@127.0.0.1:${server.port}`, 403],
    ['a fragment', () => `127.0.0.1:${server.port}#`, 403],
    ['a fullwidth dot', () => `127.0.0\u3002\u0031:${server.port}`, 403],
    ['a NUL in escapes', () => `127.0.0.1%00:${server.port}`, 403],
    ['everywhere', () => `0.0.0.0:${server.port}`, 403],
  ])('to %s is refused', async (_, target, status) => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`])] });
    const answer = await ask(proxy.path(), connectTo(target()));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 (?:${status}|400) `));
    expect(server.connections()).toBe(0);
  });

  it.each([
    ['another host in the Host header', 'Host: other.test:443'],
    ['two Host headers', 'Host: 127.0.0.1\r\nHost: 127.0.0.1'],
    ['an empty Host header', 'Host: '],
  ])('with %s is refused', async (_, header) => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`])] });
    const answer = await ask(proxy.path(), `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\n${header}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ['without a Host header', () => `CONNECT 127.0.0.1:${server.port} HTTP/1.0\r\n\r\n`],
    ['with the host alone', () => `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
    [
      'with a login for the proxy',
      () =>
        connectTo(`127.0.0.1:${server.port}`, 'Proxy-Authorization: Basic eDp5\r\nProxy-Connection: keep-alive\r\n'),
    ],
  ])('%s is served', async (_, head) => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`])] });
    const wire = wireTo(proxy.path());
    wire.write(`${head()}early`);
    await wire.hears(/200[\s\S]*early$/);
    wire.socket.destroy();
  });

  it('carries a server that speaks first, and a client that ends first', async () => {
    const ssh = await serve(
      createServer({ allowHalfOpen: true }, (socket) => {
        socket.write('SSH-2.0-test\r\n');
        socket.on('data', () => {});
        socket.on('end', () => socket.end('bye'));
      }),
    );
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${ssh.port}`])] });
    const wire = wireTo(proxy.path());
    wire.write(connectTo(`127.0.0.1:${ssh.port}`));
    await wire.hears('SSH-2.0-test');
    // Longer than a ClientHello may take.
    await new Promise((resolve) => setTimeout(resolve, 600));
    wire.write('SSH-2.0-client\r\n');
    wire.socket.end();
    expect(await wire.ends()).toMatch(/bye$/);
    expect(ssh.received()).toBe('SSH-2.0-client\r\n');
    ssh.close();
  });

  it('to what does not answer gives 502, and the policy is not to blame', async () => {
    const port = server.port;
    server.close();
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${port}`])] });
    const answer = await ask(proxy.path(), connectTo(`127.0.0.1:${port}`));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain('X-Agentbox-Refused: unreachable');
    expect(answer).not.toContain('X-Agentbox-Rule');
  });

  it('is cut when a new state denies it, and goes on when it does not', async () => {
    const box = boxOf([`127.0.0.1:${server.port}`]);
    await proxy.apply({ boxes: [box] });
    const wire = wireTo(proxy.path());
    wire.write(connectTo(`127.0.0.1:${server.port}`));
    await wire.hears('200');
    await proxy.apply({ boxes: [box] });
    wire.write('still here');
    await wire.hears('still here');
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`, '!127.0.0.0/8'])] });
    await wire.ends();
    await proxy.until('closed');
  });
});

describe('TLS', () => {
  const { cert, key } = certificateFor('allowed.test');
  let tls: Listening;

  beforeEach(async () => {
    tls = await serve(createTlsServer({ cert, key }, (socket) => socket.on('error', () => {}).pipe(socket)));
  });
  afterEach(() => tls.close());

  const shake = async (target: string, servername: string | undefined) => {
    const wire = wireTo(proxy.path());
    wire.write(connectTo(target));
    await wire.hears('\r\n\r\n');
    wire.socket.removeAllListeners('data');
    const secure = connectTls({
      socket: wire.socket,
      ca: cert,
      rejectUnauthorized: false,
      ...(servername ? { servername } : {}),
    });
    const outcome = new Promise<string>((resolve) => {
      secure.once('secureConnect', () => secure.write('ping'));
      secure.once('data', (data) => resolve(data.toString()));
      secure.once('error', (error) => resolve(error.message));
      secure.once('close', () => resolve('closed'));
    });
    const said = await within(outcome, 'no outcome');
    secure.destroy();
    return said;
  };

  it('goes to the host that the CONNECT names', async () => {
    const box = boxOf([`allowed.test:${tls.port}`, `127.0.0.1:${tls.port}`], {
      hosts: { 'allowed.test': '127.0.0.1' },
    });
    await proxy.apply({ boxes: [box] });
    expect(await shake(`allowed.test:${tls.port}`, 'allowed.test')).toBe('ping');
  });

  it('for another name than the CONNECT is refused with an alert', async () => {
    const box = boxOf([`allowed.test:${tls.port}`, `127.0.0.1:${tls.port}`], {
      hosts: { 'allowed.test': '127.0.0.1' },
    });
    await proxy.apply({ boxes: [box] });
    expect(await shake(`allowed.test:${tls.port}`, 'other.test')).toMatch(/access denied/i);
    expect(tls.received()).not.toContain('other.test');
    expect(proxy.decisions().at(-1)).toMatchObject({ verdict: 'deny', reason: 'name-mismatch', host: 'allowed.test' });
  });

  it('without a name is refused for a name, and goes to an address', async () => {
    const box = boxOf([`allowed.test:${tls.port}`, `127.0.0.1:${tls.port}`], {
      hosts: { 'allowed.test': '127.0.0.1' },
    });
    await proxy.apply({ boxes: [box] });
    expect(await shake(`allowed.test:${tls.port}`, undefined)).toMatch(/access denied/i);
    expect(await shake(`127.0.0.1:${tls.port}`, undefined)).toBe('ping');
  });
});
