import { createServer } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../../../src/network/keeper/certificate.ts';
import type { GatewayBox } from '../../../../src/network/protocol.ts';
import { boxOf, connectTo, type RunningProxy, startProxy, wireTo, within } from './support/runningProxy.ts';
import { certificateFor, type Listening, serve } from './support/servers.ts';

const { cert, key } = certificateFor('api.test');
const SECRET = 'sk-real-value';
const PLACEHOLDER = 'sk-placeholder-0123456789abcdef';
let proxy: RunningProxy;
let api: Listening;
let box: GatewayBox;
let authority = '';

beforeEach(async () => {
  proxy = startProxy();
  api = await serve(
    createServer({ cert, key }, ({ headers }, response) => {
      if (headers['x-reject'] !== undefined) response.statusCode = 401;
      response.end(JSON.stringify(headers));
    }),
  );
  const made = await makeAuthority(['api.test'], new Date());
  authority = made.authority;
  const hosts = [`api.test:${api.port}`];
  const brokered = [{ name: 'KEY', placeholder: PLACEHOLDER, value: SECRET, hosts }];
  box = boxOf([...hosts, `127.0.0.1:${api.port}`], { hosts: { 'api.test': '127.0.0.1' }, brokered, tls: made });
});
afterEach(async () => {
  await proxy.close();
  api.close();
});

/** One request of the box over its TLS; gives what came back, or why there was none. */
async function request(servername = 'api.test', headers = ''): Promise<string> {
  const wire = wireTo(proxy.path());
  wire.write(connectTo(`api.test:${api.port}`));
  await wire.hears('\r\n\r\n');
  wire.socket.removeAllListeners('data');
  const secure = connectTls({ socket: wire.socket, ca: authority, servername });
  let answer = '';
  secure.on('data', (chunk) => {
    answer += chunk.toString();
  });
  const host = `${servername}:${api.port}`;
  secure.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Api-Key: ${PLACEHOLDER}\r\n${headers}Connection: close\r\n\r\n`);
  const ended = new Promise<string>((resolve) => {
    secure.on('end', () => resolve(answer));
    secure.on('close', () => resolve(answer));
    secure.on('error', (error) => resolve(error.message));
  });
  const said = await within(ended, 'no answer');
  secure.destroy();
  wire.socket.destroy();
  return said;
}

describe('a host of a brokered secret', () => {
  it('gets the value, over its own TLS, and the box never does', async () => {
    await proxy.apply({ boxes: [box], authorities: cert });
    expect(await request()).toContain(SECRET);
    expect(proxy.decisions()).toMatchObject([{ kind: 'connect', host: 'api.test', port: api.port, verdict: 'allow' }]);
    await proxy.until('closed');
    expect(JSON.stringify(proxy.events)).not.toContain(SECRET);
  });

  it('that rejects it is told of', async () => {
    await proxy.apply({ boxes: [box], authorities: cert });
    expect(await request('api.test', 'X-Reject: 1\r\n')).toContain('401');
    expect(await proxy.until('rejected')).toMatchObject({ box: 'one', name: 'KEY', status: 401 });
  });

  it('is none with another server name, or without a rule for it', async () => {
    await proxy.apply({ boxes: [box], authorities: cert });
    expect(await request('other.test')).toMatch(/access denied/i);
    await proxy.apply({ boxes: [{ ...box, policy: { rules: [] } }], authorities: cert });
    const wire = wireTo(proxy.path());
    wire.write(connectTo(`api.test:${api.port}`));
    expect(await wire.ends()).toMatch(/^HTTP\/1\.1 403 /);
    expect(api.connections()).toBe(0);
  });

  it('whose certificate nobody vouches for gets nothing', async () => {
    await proxy.apply({ boxes: [box] });
    expect(await request()).toMatch(/^HTTP\/1\.1 502 /);
    expect(api.received()).not.toContain(SECRET);
  });
});
