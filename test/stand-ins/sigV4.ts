import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A key of Amazon Web Services, and the token that belongs to it when it is a short-lived one. */
export interface AwsKey {
  readonly id: string;
  readonly secret: string;
  readonly session?: string;
}

/** A request as it came in; `path` as on the wire. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
}

/** Why a request is not signed (Signature Version 4) with the key; undefined when it is. */
export function signatureFault(request: SignedRequest, key: AwsKey): string | undefined {
  const { authorization = '' } = request.headers;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/[^/]+\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, scope = '', signed = '', signature] = form.exec(authorization) ?? [];
  if (signature === undefined) return `no signature but ${JSON.stringify(authorization)}`;
  if (id !== key.id) return `signed by ${id}`;
  if (request.headers['x-amz-security-token'] !== key.session) return 'another session token';
  const expected = signatureOf(request, { key, scope, signed: signed.split(';') });
  return signature === expected ? undefined : 'the signature is wrong';
}

interface Signing {
  readonly key: AwsKey;
  readonly scope: string;
  readonly signed: readonly string[];
}

function signatureOf(request: SignedRequest, { key, scope, signed }: Signing): string {
  const [path = '', query = ''] = request.path.split('?');
  const canonical = [
    request.method,
    // What is escaped on the wire is escaped once more.
    path.split('/').map(escaped).join('/'),
    query.split('&').sort().join('&'),
    ...signed.map((name) => `${name}:${[request.headers[name]].flat().join(',').trim()}`),
    '',
    signed.join(';'),
    sha256(request.raw),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const derived = scope
    .split('/')
    .reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${key.secret}`));
  return hmac(derived, text).toString('hex');
}

const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
