/**
 * A stand-in for the Gemini API, for the same models on Vertex AI and for Code Assist (what a Google login uses), because
 * none can be reached where the tests run. It answers `generateContent`, streamed or not, and `countTokens` from a script.
 */
import type { ModelApi, Turn } from './modelApi.ts';
import { type Answer, json, type RecordedRequest, type ScriptedOptions, startScripted } from './scriptedServer.ts';

interface Content {
  readonly role?: string;
  readonly parts?: readonly unknown[];
}

interface GenerateRequest {
  readonly contents?: readonly Content[];
  readonly tools?: readonly unknown[];
  readonly generationConfig?: { readonly responseMimeType?: string };
}

/** Starts the stand-in. A turn's tool is one of gemini's: `replace`, … */
export function startGoogleApi(options: ScriptedOptions<Turn>): Promise<ModelApi> {
  return startScripted(options, googleAnswer);
}

/** The requests for a turn of the main conversation, without the small ones that gemini makes on the side. */
export function googleConversation(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  return requests.filter((request) => GENERATES.test(request.path) && isMain(generateRequest(request)));
}

const GENERATES = /:(stream)?generateContent(\?|$)/i;
const isMain = ({ tools = [] }: GenerateRequest) => tools.length > 0;
const isCodeAssist = (path: string) => path.includes('/v1internal:');

/** Code Assist has the request in an envelope. */
function generateRequest({ path, body }: RecordedRequest): GenerateRequest {
  const envelope = (body ?? {}) as { readonly request?: GenerateRequest };
  return isCodeAssist(path) ? (envelope.request ?? {}) : (envelope as GenerateRequest);
}

/** The answer to one request, for a stand-in that stands elsewhere: Code Assist is only behind a proxy. */
export function googleAnswer(request: RecordedRequest, turns: readonly Turn[]): Answer {
  const { path } = request;
  if (path.includes(':countTokens')) return json(200, { totalTokens: 10 });
  if (path.includes(':loadCodeAssist')) return json(200, CODE_ASSIST_USER);
  if (GENERATES.test(path)) return reply(request, turns);
  if (isCodeAssist(path)) return json(200, {});
  return json(404, failure(404, 'the stand-in does not have this'));
}

const CODE_ASSIST_USER = {
  currentTier: { id: 'free-tier', name: 'stand-in' },
  allowedTiers: [{ id: 'free-tier', name: 'stand-in', isDefault: true }],
  cloudaicompanionProject: 'stand-in-project',
};

/** The place in the script is the number of answers that the conversation already holds, as in the other stand-ins. */
function reply(request: RecordedRequest, turns: readonly Turn[]): Answer {
  const asked = generateRequest(request);
  const place = (asked.contents ?? []).filter(({ role }) => role === 'model').length;
  const aside = asked.generationConfig?.responseMimeType === 'application/json' ? ASIDE : 'Done.';
  const turn: Turn = (isMain(asked) ? turns[place] : undefined) ?? { text: aside };
  if ('status' in turn) return json(turn.status, failure(turn.status, turn.error));
  const said = turn.text === undefined ? [] : [{ text: turn.text }];
  const called = 'tool' in turn ? [{ functionCall: { name: turn.tool, args: turn.input } }] : [];
  const response = {
    candidates: [{ index: 0, content: { role: 'model', parts: [...said, ...called] }, finishReason: 'STOP' }],
    usageMetadata: {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 2,
      totalTokenCount: 17,
    },
    modelVersion: 'stand-in',
  };
  const whole = isCodeAssist(request.path) ? { response } : response;
  if (!/stream/i.test(request.path)) return json(200, whole);
  return { status: 200, type: 'text/event-stream', body: `data: ${JSON.stringify(whole)}\n\n` };
}

/** Answers the questions that gemini asks on the side: which model to take, and who speaks next. */
const ASIDE = JSON.stringify({
  reasoning: 'stand-in',
  complexity_reasoning: 'stand-in',
  model_choice: 'flash',
  complexity_score: 1,
  next_speaker: 'user',
});

function failure(code: number, message: string): object {
  return { error: { code, message, status: code === 401 ? 'UNAUTHENTICATED' : 'INVALID_ARGUMENT' } };
}
