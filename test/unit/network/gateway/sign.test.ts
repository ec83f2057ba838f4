import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { BrokeredSecret } from '../../../../src/network/protocol.ts';
import { signatureFault } from '../../../stand-ins/sigV4.ts';
import { type Bench, bench, HOST } from './brokerBench.ts';

const real = { id: 'AKIAREAL000000000000', secret: 'real/secret+key', session: 'real-session==' };
const secret: BrokeredSecret = {
  ...{ name: 'AWS_ACCESS_KEY_ID', placeholder: 'AKIAAGENTBOX00000000', value: real.secret, hosts: [HOST] },
  sign: { kind: 'sigv4', accessKeyId: real.id, sessionToken: real.session },
};

let made: Bench | undefined;
afterEach(() => made?.close());

/** A host that says what is wrong with the signature. */
async function judging(
  secrets: readonly BrokeredSecret[],
  key: typeof real | { id: string; secret: string },
): Promise<Bench> {
  made = await bench(secrets);
  made.server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const fault = signatureFault({ method, path, headers, raw: Buffer.concat(chunks) }, key);
    response.end(JSON.stringify({ fault: fault ?? 'none', headers, length: Buffer.concat(chunks).length }));
  });
  return made;
}

const signedBy = (id: string) => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=${id}/20260101/eu-central-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  'X-Amz-Date': '20260101T000000Z',
  'X-Amz-Security-Token': 'agentbox-session',
  'Content-Type': 'application/json',
  'amz-sdk-request': 'attempt=1; max=3',
});
const MODEL = '/model/eu.anthropic.claude-sonnet-4-5%3A0/invoke-with-response-stream';

test.each([
  ['a body', { method: 'POST', path: MODEL, body: '{"messages":["ü"]}' }],
  ['a large body', { method: 'POST', path: MODEL, body: Buffer.alloc(5_000_000, 7) }],
  ['no body and a query', { method: 'GET', path: '/foundation-models?byProvider=a%20b&x=1' }],
  ['a header of its own', { method: 'POST', path: '/', body: 'x', headers: { 'X-Amz-Target': 'a b' } }],
])('a request with %s that the box signed is signed anew with the key', async (_, asked) => {
  const { ask } = await judging([secret], real);
  const { body } = await ask({
    ...asked,
    headers: { ...signedBy(secret.placeholder), ...('headers' in asked ? asked.headers : {}) },
  });
  const { fault, headers } = JSON.parse(body);
  expect(fault).toBe('none');
  expect(headers).toMatchObject({
    host: HOST,
    'x-amz-security-token': real.session,
    'amz-sdk-request': 'attempt=1; max=3',
  });
  expect(headers['x-amz-date']).not.toBe('20260101T000000Z');
  expect(JSON.stringify(headers)).not.toContain('agentbox-session');
  expect(JSON.stringify(headers)).not.toContain(real.secret);
});

test('a key without a session has no token of one', async () => {
  const long = { ...secret, sign: { kind: 'sigv4', accessKeyId: real.id, sessionToken: undefined } } as const;
  const { ask } = await judging([long], { id: real.id, secret: real.secret });
  const { body } = await ask({ method: 'POST', path: MODEL, body: 'x', headers: signedBy(secret.placeholder) });
  expect(JSON.parse(body)).toMatchObject({ fault: 'none' });
  expect(JSON.parse(body).headers).not.toHaveProperty('x-amz-security-token');
});

test('what was signed with another key goes on as it is, and the secret goes nowhere by itself', async () => {
  const { ask } = await judging([secret], real);
  const { body } = await ask({
    ...{ method: 'POST', path: MODEL, body: 'x' },
    headers: { ...signedBy('AKIAOTHER00000000000'), 'X-Key': secret.placeholder },
  });
  const { fault, headers } = JSON.parse(body);
  expect(fault).toBe('signed by AKIAOTHER00000000000');
  expect(headers).toMatchObject({ 'x-amz-security-token': 'agentbox-session', 'x-key': secret.placeholder });
});

test('a body that is too large to be signed is refused', async () => {
  const { ask, dialled } = await judging([secret], real);
  const body = Buffer.alloc(32 * 1024 * 1024 + 1);
  const { status } = await ask({ method: 'POST', path: MODEL, body, headers: signedBy(secret.placeholder) });
  expect(status).toBe(503);
  expect(dialled()).toBe(0);
});
