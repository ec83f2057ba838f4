/**
 * A stand-in for the OpenAI API, because none can be reached where the tests run. It answers `POST …/responses` and
 * `POST …/chat/completions`, streamed or not, from a script, so that a real agent can be led through a whole session with
 * tool calls. WebSockets are refused as a server without them does. Other requests get 404, and all are recorded.
 * By itself: `tsx test/stand-ins/openaiApi.ts --port 0 --host 127.0.0.1 --script turns.json` prints its port.
 */
import { chatAnswer } from './openaiChat.ts';
import { responsesAnswer } from './openaiResponses.ts';
import { failure, hasTools, type OpenaiTurn, type RequestBody, turnAt } from './openaiTurns.ts';
import {
  type Answer,
  json,
  type RecordedRequest,
  type ScriptedOptions,
  type ScriptedServer,
  startedByHand,
  startScripted,
} from './scriptedServer.ts';

export type { OpenaiTurn } from './openaiTurns.ts';

/** A running stand-in. */
export type OpenaiApi = ScriptedServer<OpenaiTurn>;

/** Starts the stand-in; `others` are JSON answers for other paths, by the path's end. */
export function startOpenaiApi(
  options: ScriptedOptions<OpenaiTurn> & { readonly others?: Readonly<Record<string, object>> },
): Promise<OpenaiApi> {
  return startScripted(options, (request, turns) => answer(request, turns, options.others ?? {}));
}

/** The requests for a turn of the main conversation, without the small ones an agent makes on the side. */
export function openaiConversation(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  return requests.filter(
    ({ path, body }) => (isResponses(path) || isChat(path)) && hasTools((body ?? {}) as RequestBody),
  );
}

function answer(
  { method, path, headers, body }: RecordedRequest,
  turns: readonly OpenaiTurn[],
  others: Readonly<Record<string, object>>,
): Answer {
  if (headers.upgrade !== undefined) return json(426, failure('there are no WebSockets here'));
  const request = (body ?? {}) as RequestBody;
  if (method === 'POST' && isResponses(path)) return responsesAnswer(request, turnAt(request, turns));
  if (method === 'POST' && isChat(path)) return chatAnswer(request, turnAt(request, turns));
  const other = Object.entries(others).find(([end]) => path.split('?')[0]?.endsWith(end));
  if (other !== undefined) return json(200, other[1]);
  return json(404, failure('the stand-in does not have this'));
}

const isResponses = (path: string) => /\/responses(\?|$)/.test(path);
const isChat = (path: string) => /\/chat\/completions(\?|$)/.test(path);

await startedByHand(import.meta.url, startOpenaiApi);
