import { type MessagesRequest, play, type Turn } from './anthropicTurns.ts';
import { converseAnswer } from './bedrockConverse.ts';
import type { CloudAnswer, CloudRequest } from './cloudApi.ts';
import { eventStreamMessage } from './eventStream.ts';
import { type AwsKey, signatureFault } from './sigV4.ts';

const MODEL = /^\/model\/([^/]+)\/(?:invoke(-with-response-stream)?|(converse-stream))$/;

/** What Amazon Bedrock answers, undefined for what it does not have. Every request must be signed, or bear the token. */
export function bedrockAnswer(
  request: CloudRequest,
  turns: readonly Turn[],
  key: AwsKey | { readonly bearer: string },
): CloudAnswer | undefined {
  const [path = ''] = request.path.split('?');
  const [, model, streams, converses] = MODEL.exec(path) ?? [];
  if (model === undefined && !path.startsWith('/inference-profiles')) return undefined;
  const fault = 'bearer' in key ? bearerFault(request, key.bearer) : signatureFault(request, key);
  if (fault !== undefined) return refused(403, fault);
  if (model === undefined) return { status: 200, type: 'application/json', body: '{"inferenceProfileSummaries":[]}' };
  if (converses !== undefined) return converseAnswer(request.body as object, turns);
  const played = play({ ...(request.body as MessagesRequest), model: decodeURIComponent(model) }, turns);
  if ('failure' in played) return refused(played.status, 'the stand-in fails');
  if (!streams) return { status: 200, type: 'application/json', body: JSON.stringify(played.message) };
  const chunks = played.events.map((event) => {
    const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
    const headers = { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' };
    return eventStreamMessage(headers, Buffer.from(JSON.stringify({ bytes })));
  });
  return { status: 200, type: 'application/vnd.amazon.eventstream', body: Buffer.concat(chunks) };
}

function bearerFault({ headers }: CloudRequest, bearer: string): string | undefined {
  return headers.authorization === `Bearer ${bearer}` ? undefined : 'another bearer token';
}

function refused(status: number, message: string): CloudAnswer {
  return { status, type: 'application/json', body: JSON.stringify({ message }) };
}
