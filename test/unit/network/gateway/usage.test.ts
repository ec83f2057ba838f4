import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Termination } from '../../../../src/network/gateway/broker.ts';
import { modelRequest } from '../../../../src/network/gateway/usage/endpoint.ts';
import { listener } from '../../../../src/network/gateway/usage/said.ts';
import { eventTexts, wholeText } from '../../../../src/network/gateway/usage/texts.ts';
import { NO_TOKENS } from '../../../../src/usage/tokens.ts';
import { play, serverSent } from '../../../stand-ins/anthropicTurns.ts';
import { googleAnswer } from '../../../stand-ins/googleApi.ts';
import { chatAnswer } from '../../../stand-ins/openaiChat.ts';
import { responsesAnswer } from '../../../stand-ins/openaiResponses.ts';
import { type Bench, bench } from './brokerBench.ts';

type Carried = Parameters<Termination['carried']>[0];

/** A busy machine takes its time. */
const SOON = { timeout: 15_000 };
vi.setConfig({ testTimeout: 30_000 });

const TURN = { text: 'Hello.', place: 0 };
const ANTHROPIC = { ...NO_TOKENS, input: 10, output: 5, cacheWrite: 4, cacheWrite1h: 3, cacheRead: 3 };
const OPENAI = { ...NO_TOKENS, input: 6, output: 5, cacheRead: 4, reasoning: 2 };
const GOOGLE = { ...OPENAI, output: 7 };

const played = play({ model: 'claude-opus-5', messages: [] }, [{ text: 'Hello.' }]);
const MESSAGE = 'message' in played ? JSON.stringify(played.message) : '';
const EVENTS = 'events' in played ? serverSent(played.events) : '';
const google = (path: string) =>
  googleAnswer({ method: 'POST', path, headers: {}, body: { contents: [] } }, [{ text: 'Hello.' }]).body;

/** What the stand-ins of the real agents' APIs answer. */
const REPLIES = [
  ['a message', '/v1/messages?beta=true', false, MESSAGE, 'claude-opus-5', ANTHROPIC],
  ['a message in events', '/v1/messages', true, EVENTS, 'claude-opus-5', ANTHROPIC],
  [
    'a message of Vertex AI',
    '/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5@x:rawPredict',
    false,
    MESSAGE,
    'claude-opus-5',
    ANTHROPIC,
  ],
  ['a response', '/v1/responses', false, responsesAnswer({ model: 'gpt-6' }, TURN).body, 'gpt-6', OPENAI],
  [
    'a response in events',
    '/v1/responses',
    true,
    responsesAnswer({ model: 'gpt-6', stream: true }, TURN).body,
    'gpt-6',
    OPENAI,
  ],
  ['a completion', '/v1/chat/completions', false, chatAnswer({ model: 'gpt-6' }, TURN).body, 'gpt-6', OPENAI],
  [
    'a completion in events',
    '/v1/chat/completions',
    true,
    chatAnswer({ model: 'gpt-6', stream: true }, TURN).body,
    'gpt-6',
    OPENAI,
  ],
  [
    'content',
    '/v1beta/models/gemini-x:generateContent',
    false,
    google('/v1beta/models/gemini-x:generateContent'),
    'stand-in',
    GOOGLE,
  ],
  [
    'content in events',
    '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
    true,
    google('/v1beta/models/gemini-x:streamGenerateContent?alt=sse'),
    'stand-in',
    GOOGLE,
  ],
  [
    'content of Code Assist',
    '/v1internal:streamGenerateContent?alt=sse',
    true,
    google('/v1internal:streamGenerateContent?alt=sse'),
    'stand-in',
    GOOGLE,
  ],
  [
    'a conversation of Bedrock',
    '/model/us.anthropic.claude-opus-5/converse',
    false,
    '{"usage":{"inputTokens":10,"outputTokens":5,"cacheReadInputTokens":3,"cacheWriteInputTokens":7}}',
    'us.anthropic.claude-opus-5',
    { ...ANTHROPIC, cacheWrite: 7, cacheWrite1h: 0 },
  ],
] as const;

let made: Bench[] = [];
afterEach(() => {
  for (const one of made) one.close();
  made = [];
});

/** A broker to a host that answers so; what the broker tells is in `told`. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const told: Carried[] = [];
  const one = await bench([], { carried: (carried) => told.push(carried) });
  made.push(one);
  one.server.on('request', answer);
  return { ...one, told };
}

const post = (path: string) => ({ method: 'POST', path, body: '{}' });
const typeOf = (isStream: boolean) => (isStream ? 'text/event-stream; charset=utf-8' : 'application/json');

describe.each(REPLIES)('%s', (_, path, isStream, body, model, tokens) => {
  test.each([
    ['as it is', undefined, Buffer.from(body)],
    ['gzip', 'gzip', gzipSync(body)],
    ['br', 'br', brotliCompressSync(body)],
    ['deflate', 'deflate', deflateSync(body)],
  ])('is read along, and reaches the box untouched: %s', async (_, coding, bytes) => {
    const { ask, told } = await answering((_, response) => {
      response.writeHead(200, {
        'content-type': typeOf(isStream),
        ...(coding === undefined ? {} : { 'content-encoding': coding }),
      });
      response.end(bytes);
    });
    const answer = await ask(post(path));
    expect(answer.headers['content-encoding']).toBe(coding);
    if (coding === undefined) expect(answer.body).toBe(body);
    await expect.poll(() => told, SOON).toEqual([expect.objectContaining({ host: 'api.example.test', model, tokens })]);
  });

  test('however its bytes are cut', () => {
    const asked = modelRequest('POST', path);
    if (asked === undefined) throw new Error('no request to a model');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        const ear = listener(asked);
        const texts = isStream ? eventTexts(ear) : wholeText(ear);
        const bytes = Buffer.from(body);
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const size = sizes[index % sizes.length] ?? 1;
          texts.push(bytes.subarray(at, at + size));
          at += size;
        }
        texts.end();
        expect(ear.said()).toMatchObject({ model, tokens });
        expect(texts.kept).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('nothing is told', () => {
  test.each([
    ['GET', '/v1/messages'],
    ['POST', '/v1/messages/count_tokens'],
    ['POST', '/v1/files'],
    ['POST', '/graphql'],
  ])('of %s %s', (method, path) => expect(modelRequest(method, path)).toBeUndefined());

  test('of a refusal, or of a reply without numbers', async () => {
    const { ask, told } = await answering(({ url }, response) => {
      response.writeHead(url === '/v1/messages' ? 400 : 200, { 'content-type': 'application/json' });
      response.end(url === '/v1/messages' ? MESSAGE : '{"usage":null}');
    });
    expect((await ask(post('/v1/messages'))).status).toBe(400);
    await ask(post('/v1/responses'));
    expect(told).toEqual([]);
  });
});

describe('a reply that cannot be read', () => {
  test.each([
    ['compressed in an unknown way', { 'content-type': 'application/json', 'content-encoding': 'zstd' }],
    ['compressed in an unknown way', { 'content-type': 'application/json', 'content-encoding': 'constructor' }],
    ['compression is damaged', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['format of its own', { 'content-type': 'application/vnd.amazon.eventstream' }],
  ])('is told as such and goes on: %s', async (why, headers) => {
    const { ask, told } = await answering((_, response) => response.writeHead(200, headers).end('some bytes'));
    expect((await ask(post('/v1/messages'))).body).toBe('some bytes');
    await expect.poll(() => told, SOON).toEqual([expect.objectContaining({ unread: expect.stringContaining(why) })]);
    expect(told[0]?.tokens).toBeUndefined();
  });

  test('of a stream that ends early, what was said so far counts', async () => {
    const { ask, told } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      response.write(gzipSync(EVENTS.slice(0, EVENTS.indexOf('event: content_block'))).subarray(0, -8), () =>
        response.destroy(),
      );
    });
    await ask(post('/v1/messages')).catch(() => {});
    await expect.poll(() => told, SOON).toMatchObject([{ tokens: { input: 10 } }]);
  });
});

describe('a reply of any size', () => {
  const FILLER = 'x'.repeat(1024 ** 2);

  test('reaches the box whole; events beyond the limit are passed over, those after them read', async () => {
    const { ask, told } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"usage":"');
      for (let count = 0; count < 8; count += 1) response.write(FILLER);
      response.end(`"}\n\n${EVENTS}`);
    });
    const { body } = await ask(post('/v1/messages'));
    expect(body.length).toBe('data: {"usage":"'.length + 8 * FILLER.length + '"}\n\n'.length + EVENTS.length);
    await expect.poll(() => told, SOON).toMatchObject([{ tokens: ANTHROPIC }]);
  });

  test('one that unpacks to more than any reply is left', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 ** 2));
    const { ask, told } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    await ask(post('/v1/messages'));
    await expect.poll(() => told, SOON).toMatchObject([{ unread: 'it is too long' }]);
  });
});

test('rubbish says nothing or numbers, and throws nothing', () => {
  const apis = REPLIES.map(([, path]) => modelRequest('POST', path));
  fc.assert(
    fc.property(
      fc.constantFrom(...apis),
      fc.array(fc.jsonValue({ maxDepth: 5 })),
      fc.string(),
      (asked, texts, name) => {
        if (asked === undefined) throw new Error('no request to a model');
        const ear = listener(asked);
        for (const text of texts) {
          ear.hear(text);
          ear.hear({ usage: text, usageMetadata: text, model: name, id: text });
          ear.hear({ response: { usage: { input_tokens: text, input_tokens_details: text } }, message: text });
        }
        for (const amount of Object.values(ear.said()?.tokens ?? {})) expect(Number.isSafeInteger(amount)).toBe(true);
      },
    ),
  );
});
