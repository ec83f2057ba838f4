import { createServer } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boxOf, type RunningProxy, rules, startProxy, wireTo } from './support/runningProxy.ts';
import { certificateFor, echo, type Listening, serve } from './support/servers.ts';

const SOCKET = 'f'.repeat(32);

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

const forwardTo = (host: string, port = server.port) => [{ socket: SOCKET, host, port, boxPort: 5432 }];
const wire = () => wireTo(`${proxy.directory}/${SOCKET}`);

describe('the socket of a forwarded service', () => {
  it('leads to its place without a word of HTTP, and what was moved is logged', async () => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`], { forwards: forwardTo('127.0.0.1') })] });
    const one = wire();
    one.write('hello');
    expect(await one.hears('hello')).toBe('hello');
    one.socket.end();
    await one.ends();
    expect(await proxy.until('closed')).toMatchObject({ up: 5, down: 5 });
    expect(proxy.decisions()).toMatchObject([
      { box: 'one', host: '127.0.0.1', port: server.port, kind: 'forward', verdict: 'allow' },
    ]);
  });

  it('lets the server speak first', async () => {
    const greeter = await serve(createServer((socket) => void socket.write('220 ready')));
    await proxy.apply({
      boxes: [boxOf([`127.0.0.1:${greeter.port}`], { forwards: forwardTo('127.0.0.1', greeter.port) })],
    });
    await wire().hears('220 ready');
    greeter.close();
  });

  it('is cut and logged where the policy does not allow it, or denies it, and what was open ends when it does', async () => {
    const forwards = forwardTo('127.0.0.1');
    await proxy.apply({ boxes: [boxOf([], { forwards })] });
    const refused = wire();
    expect(await refused.ends()).toBe('');
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`], { forwards })] });
    const open = wire();
    open.write('hello');
    await open.hears('hello');
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`, '!127.0.0.0/8'], { forwards })] });
    await open.ends();
    expect(server.connections()).toBe(1);
    expect(await wire().ends()).toBe('');
    expect(proxy.decisions()).toMatchObject([
      { kind: 'forward', verdict: 'deny', reason: 'refused-address' },
      { kind: 'forward', verdict: 'allow' },
      { kind: 'forward', verdict: 'deny', reason: 'denied' },
    ]);
  });

  it('needs a rule for a private address that its name leads to, and says for which', async () => {
    const hosts = { 'db.corp': '127.0.0.1' };
    const forwards = forwardTo('db.corp');
    await proxy.apply({ boxes: [boxOf([`db.corp:${server.port}`], { forwards, hosts })] });
    expect(await wire().ends()).toBe('');
    expect(proxy.decisions()).toMatchObject([{ host: 'db.corp', reason: 'refused-address', address: '127.0.0.1' }]);
    const live = [{ id: '1', rule: rules(`127.0.0.1:${server.port}`)[0] as never, box: undefined }];
    await proxy.apply({ boxes: [boxOf([`db.corp:${server.port}`], { forwards, hosts })], live });
    const one = wire();
    one.write('hello');
    await one.hears('hello');
  });

  it('carries TLS for that very host alone', async () => {
    const secure = await serve(createTlsServer(certificateFor('db.corp'), (socket) => void socket.end('from TLS')));
    const { port } = secure;
    const more = { forwards: forwardTo('db.corp', port), hosts: { 'db.corp': '127.0.0.1' } };
    await proxy.apply({ boxes: [boxOf([`db.corp:${port}`, `127.0.0.1:${port}`], more)] });
    const asks = (servername: string) =>
      new Promise<string>((resolve) => {
        const tls = connectTls({ socket: wire().socket, servername, rejectUnauthorized: false });
        tls.on('data', (chunk: Buffer) => resolve(chunk.toString())).on('error', (error) => resolve(error.message));
      });
    expect(await asks('db.corp')).toBe('from TLS');
    expect(await asks('localhost')).not.toBe('from TLS');
    secure.close();
  });

  it('is gone with its box', async () => {
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${server.port}`], { forwards: forwardTo('127.0.0.1') })] });
    const one = wire();
    one.write('hello');
    await one.hears('hello');
    await proxy.apply({ boxes: [] });
    await one.ends();
    expect(await wire().ends()).toBe('');
    expect(server.connections()).toBe(1);
  });
});
