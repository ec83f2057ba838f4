import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../../../src/network/keeper/certificate.ts';
import { boxOf, connectTo, type RunningProxy, startProxy, wireTo, within } from './support/runningProxy.ts';

const HOST = 'oauth2.googleapis.com';
const PLACEHOLDER = 'ya29.0123456789abcdefagentbox0placeholder';
const TOKEN = 'ya29.the-real-token';
let proxy: RunningProxy;
let authority = '';

// The host has no address here: whatever went there would not be answered.
beforeEach(async () => {
  proxy = startProxy();
  const made = await makeAuthority(['models.test', HOST], new Date());
  authority = made.authority;
  const secret = { name: 'ADC', placeholder: PLACEHOLDER, value: TOKEN, hosts: ['models.test'], tokenHost: HOST };
  await proxy.apply({ boxes: [boxOf([HOST], { brokered: [secret], tls: made })] });
});
afterEach(() => proxy.close());

/** What a request over the box's TLS is answered. */
async function ask(head: string, body = '', host = HOST): Promise<string> {
  const wire = wireTo(proxy.path());
  wire.write(connectTo(`${HOST}:443`));
  await wire.hears('\r\n\r\n');
  wire.socket.removeAllListeners('data');
  const secure = connectTls({ socket: wire.socket, ca: authority, servername: HOST });
  let answer = '';
  secure.on('data', (chunk) => {
    answer += chunk.toString();
  });
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  secure.write(`${head} HTTP/1.1\r\nHost: ${host}\r\n${length}Connection: close\r\n\r\n${body}`);
  const ended = new Promise<string>((resolve) => {
    secure.on('close', () => resolve(answer));
    secure.on('error', () => resolve(answer));
  });
  const said = await within(ended, 'no answer');
  secure.destroy();
  wire.socket.destroy();
  return said;
}

describe('where a secret is traded for access tokens', () => {
  it('a placeholder gets itself as the token, and the real one is nowhere', async () => {
    const form = `grant_type=refresh_token&client_id=x&client_secret=${PLACEHOLDER}&refresh_token=${PLACEHOLDER}`;
    const answer = await ask('POST /token', form);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual({
      ...{ access_token: PLACEHOLDER, expires_in: 3600, token_type: 'Bearer' },
    });
    expect(proxy.decisions()).toMatchObject([{ host: HOST, verdict: 'allow' }]);
    expect(JSON.stringify(proxy.events)).not.toContain(TOKEN);
  });

  it.each([
    ['another method', 'GET /token', ''],
    ['another path', 'POST /revoke', `token=${PLACEHOLDER}`],
    ['a query', `POST /token?refresh_token=${PLACEHOLDER}`, ''],
    ['another token', 'POST /token', 'grant_type=refresh_token&refresh_token=1//of-a-project'],
    ['more than a placeholder', 'POST /token', `refresh_token=${PLACEHOLDER}x`],
    ['the real token', 'POST /token', `refresh_token=${TOKEN}`],
    ['no body', 'POST /token', ''],
  ])('%s is refused', async (_, head, body) => {
    const answer = await ask(head, body);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('X-Agentbox-Refused: tokens-only');
  });

  it('the Host header of another is no way in', async () => {
    expect(await ask('POST /token', `refresh_token=${PLACEHOLDER}`, 'accounts.google.com')).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('nothing that a box can send has the token in the answer', async () => {
    const word = fc.constantFrom('POST', 'GET', '/token', PLACEHOLDER, 'refresh_token', '=', '&', '?', '%00', '{"a":"');
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), fc.array(word, { maxLength: 6 }), async (path, body) => {
        const answer = await ask(`POST /${path.join('')}`, body.join(''));
        expect(answer).toMatch(/^HTTP\/1\.1 (?:200|400|403) /);
        expect(answer).not.toContain(TOKEN);
      }),
      { numRuns: 25 },
    );
  });
});
