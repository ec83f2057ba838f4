import { failure, type OpenaiTurn, type RequestBody } from './openaiTurns.ts';
import { type Answer, json } from './scriptedServer.ts';

/** Answers `POST …/chat/completions` with a turn of the script. */
export function chatAnswer(body: RequestBody, turn: OpenaiTurn & { readonly place: number }): Answer {
  if ('status' in turn) return json(turn.status, failure(turn.error));
  const call = 'tool' in turn ? [{ id: `call_standin_${turn.place}`, type: 'function', function: calledBy(turn) }] : [];
  const said = { role: 'assistant', content: turn.text ?? null };
  const reason = call.length > 0 ? 'tool_calls' : 'stop';
  const usage = {
    prompt_tokens: 10,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens: 5,
    completion_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 15,
  };
  const base = { id: `chatcmpl_standin_${turn.place}`, created: 1_700_000_000, model: body.model ?? 'stand-in' };
  if (body.stream !== true) {
    const message = call.length > 0 ? { ...said, tool_calls: call } : said;
    const choices = [{ index: 0, message, finish_reason: reason }];
    return json(200, { ...base, object: 'chat.completion', choices, usage });
  }
  const chunk = (data: object) => `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...data })}\n\n`;
  const choice = (delta: object, finish: string | null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] });
  const calls = call.map((each, index) => ({ index, ...each }));
  const events = [
    chunk(choice(said, null)),
    ...(calls.length > 0 ? [chunk(choice({ tool_calls: calls }, null))] : []),
    chunk({ ...choice({}, reason), usage }),
    'data: [DONE]\n\n',
  ];
  return { status: 200, type: 'text/event-stream', body: events.join('') };
}

function calledBy({ tool, input }: Extract<OpenaiTurn, { tool: string }>): object {
  return { name: tool, arguments: typeof input === 'string' ? input : JSON.stringify(input) };
}
