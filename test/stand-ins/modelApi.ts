/**
 * A stand-in for the Anthropic model API, because none can be reached where the tests run. It answers `POST /v1/messages`,
 * streamed or not, from a script, so that the real Claude Code can be led through a whole session with tool calls.
 * By itself: `tsx test/stand-ins/modelApi.ts --port 0 --host 127.0.0.1 --script turns.json` prints its port.
 */
import { failure, isMain, type MessagesRequest, play, serverSent, type Turn } from './anthropicTurns.ts';
import {
  type Answer,
  json,
  type RecordedRequest,
  type ScriptedOptions,
  type ScriptedServer,
  startedByHand,
  startScripted,
} from './scriptedServer.ts';

export type { Turn } from './anthropicTurns.ts';
export type { RecordedRequest } from './scriptedServer.ts';

/** A running stand-in. */
export type ModelApi = ScriptedServer<Turn>;

/** Starts the stand-in. */
export function startModelApi(options: ScriptedOptions<Turn>): Promise<ModelApi> {
  return startScripted(options, answer);
}

/** The requests for a turn of the main conversation, without the small ones an agent makes on the side. */
export function conversation(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  return requests.filter((request) => isMessages(request.path) && isMain((request.body ?? {}) as MessagesRequest));
}

function answer(request: RecordedRequest, turns: readonly Turn[]): Answer {
  const { method, path } = request;
  if (method === 'POST' && path.includes('/count_tokens')) return json(200, { input_tokens: 10 });
  if (method === 'POST' && isMessages(path)) return reply((request.body ?? {}) as MessagesRequest, turns);
  if (path === '/' || path.startsWith('/api/hello')) return json(200, {});
  return json(404, failure('not_found_error', 'the stand-in does not have this'));
}

const isMessages = (path: string) => /^\/v1\/messages(\?|$)/.test(path);

function reply(body: MessagesRequest, turns: readonly Turn[]): Answer {
  const played = play(body, turns);
  if ('failure' in played) return json(played.status, played.failure);
  if (body.stream !== true) return json(200, played.message);
  return { status: 200, type: 'text/event-stream', body: serverSent(played.events) };
}

await startedByHand(import.meta.url, startModelApi);
