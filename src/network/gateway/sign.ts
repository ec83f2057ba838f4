import { createHash } from 'node:crypto';
import { sign } from 'aws4';
import type { BrokeredSecret } from '../protocol.ts';
import type { BrokeredRequest } from './brokerRequest.ts';
import { findSecret } from './findSecret.ts';
import { Refused } from './refuse.ts';
import { endToEnd, headerValues } from './requestHead.ts';
import type { Head, Swapped } from './swap.ts';
import { wholeBody } from './wholeBody.ts';

/** Bytes; the hash of the body stands before it, so it must be here whole. */
const LARGEST_BODY = 32 * 1024 * 1024;
const ANEW = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256', 'expect'];

/** Signed anew, with the body that was signed. */
export interface Signed extends Swapped {
  readonly body: Buffer;
}

/**
 * A request to AWS that the box signed (Signature Version 4) with the placeholder of a key, signed with the key itself;
 * undefined for any other. Throws Refused for a body of more than 32 MiB.
 */
export async function signed(
  { request, response, host, port }: Pick<BrokeredRequest, 'request' | 'response' | 'host' | 'port'>,
  { target, headers }: Head,
  secrets: readonly BrokeredSecret[],
): Promise<Signed | undefined> {
  const form = /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request\b/;
  const [, id = '', region, service] = form.exec(valuesOf(headers, 'authorization')) ?? [];
  const secret = findSecret(secrets)(id);
  if (secret?.sign === undefined || region === undefined || service === undefined) return undefined;
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = await wholeBody(request, LARGEST_BODY);
  if (body === undefined)
    throw new Refused('busy', { host, port, detail: 'A body of more than 32 MiB cannot be signed.' });
  const kept = [
    ...endToEnd({ rawHeaders: [...headers] }, [...ANEW, 'content-length']),
    ...['Content-Length', `${body.length}`, 'X-Amz-Content-Sha256', createHash('sha256').update(body).digest('hex')],
  ];
  const signedNames = ['host', 'content-type', ...amazonNames(kept)].filter((name) => valuesOf(kept, name) !== '');
  const { accessKeyId, sessionToken } = secret.sign;
  const { path = target, headers: all = {} } = sign(
    {
      ...{ method: request.method ?? 'GET', host, path: target, region, service, body },
      headers: Object.fromEntries(signedNames.map((name) => [name, valuesOf(kept, name)])),
    },
    { accessKeyId, secretAccessKey: secret.value, ...(sessionToken === undefined ? {} : { sessionToken }) },
  );
  const added = ['Authorization', 'X-Amz-Date', 'X-Amz-Security-Token'].flatMap((name) =>
    all[name] === undefined ? [] : [name, `${all[name]}`],
  );
  return { target: path, headers: [...kept, ...added], used: [secret], body };
}

function amazonNames(headers: readonly string[]): readonly string[] {
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return [...new Set(names.filter((name) => name.startsWith('x-amz-')))];
}

const valuesOf = (headers: readonly string[], name: string) => headerValues({ rawHeaders: [...headers] }, name).join();
