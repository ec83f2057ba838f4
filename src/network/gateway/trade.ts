import type { BrokeredSecret } from '../protocol.ts';
import type { BrokeredRequest } from './brokerRequest.ts';
import { findSecret } from './findSecret.ts';
import { Refused } from './refuse.ts';
import { framingOf } from './requestHead.ts';
import { wholeBody } from './wholeBody.ts';

/** Bytes; a request for an access token is short. */
const LARGEST_BODY = 64 * 1024;
/** Seconds until the box asks again; what the gateway puts in is renewed on its own. */
const LIFETIME = 3600;

/**
 * Answers a request for an access token in the place of the host: who sends a placeholder gets it back as the token. Nothing
 * goes to the host. Throws Refused for every other request.
 */
export async function trade(
  { request, response, host, port, upgrading }: Omit<BrokeredRequest, 'agent'>,
  traded: readonly BrokeredSecret[],
): Promise<void> {
  const isAsked = request.method === 'POST' && request.url === '/token' && upgrading === undefined;
  if (!isAsked) throw new Refused('tokens-only', { host, port });
  framingOf(request, { host, port });
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = await wholeBody(request, LARGEST_BODY);
  const find = findSecret(traded);
  const sent = [...new URLSearchParams(body?.toString('latin1')).values()];
  const secret = sent.map(find).find((found) => found !== undefined);
  if (secret === undefined) throw new Refused('tokens-only', { host, port });
  const answer = JSON.stringify({ access_token: secret.placeholder, expires_in: LIFETIME, token_type: 'Bearer' });
  response.writeHead(200, {
    ...{ 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
    'Content-Length': Buffer.byteLength(answer),
  });
  response.end(answer);
}
