import { failure, type OpenaiTurn, type RequestBody } from './openaiTurns.ts';
import { type Answer, json } from './scriptedServer.ts';

type Item = Readonly<Record<string, unknown>>;

/** Answers `POST …/responses` with a turn of the script. */
export function responsesAnswer(body: RequestBody, turn: OpenaiTurn & { readonly place: number }): Answer {
  if ('status' in turn) return json(turn.status, failure(turn.error));
  const items = itemsOf(turn, turn.place);
  const response = {
    id: `resp_standin_${turn.place}`,
    object: 'response',
    created_at: 1_700_000_000,
    model: body.model ?? 'stand-in',
    output: items,
    status: 'completed',
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 15,
    },
  };
  if (body.stream !== true) return json(200, response);
  return { status: 200, type: 'text/event-stream', body: events(response, items) };
}

function itemsOf(turn: Exclude<OpenaiTurn, { status: number }>, place: number): readonly Item[] {
  const said = turn.text === undefined ? [] : [message(turn.text, place)];
  if (!('tool' in turn)) return said;
  const common = { call_id: `call_standin_${place}`, name: turn.tool, status: 'completed' };
  const call =
    typeof turn.input === 'string'
      ? { type: 'custom_tool_call', id: `ctc_standin_${place}`, ...common, input: turn.input }
      : { type: 'function_call', id: `fc_standin_${place}`, ...common, arguments: JSON.stringify(turn.input) };
  return [...said, call];
}

const message = (text: string, place: number): Item => ({
  type: 'message',
  id: `msg_standin_${place}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});

function events(response: Item, items: readonly Item[]): string {
  let sequence = 0;
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  const begun = { ...response, output: [], status: 'in_progress', usage: null };
  return [
    event('response.created', { response: begun }),
    ...items.map((item, index) =>
      [
        event('response.output_item.added', { output_index: index, item: empty(item) }),
        ...deltas(item, index).map(([type, data]) => event(type, data)),
        event('response.output_item.done', { output_index: index, item }),
      ].join(''),
    ),
    event('response.completed', { response }),
  ].join('');
}

function empty(item: Item): Item {
  const started = { ...item, status: 'in_progress' };
  if (item['type'] === 'message') return { ...started, content: [] };
  return item['type'] === 'function_call' ? { ...started, arguments: '' } : { ...started, input: '' };
}

function deltas(item: Item, index: number): readonly (readonly [string, object])[] {
  const place = { item_id: item['id'], output_index: index };
  if (item['type'] === 'function_call') {
    return [
      ['response.function_call_arguments.delta', { ...place, delta: item['arguments'] }],
      ['response.function_call_arguments.done', { ...place, arguments: item['arguments'] }],
    ];
  }
  if (item['type'] === 'custom_tool_call') {
    return [
      ['response.custom_tool_call_input.delta', { ...place, delta: item['input'] }],
      ['response.custom_tool_call_input.done', { ...place, input: item['input'] }],
    ];
  }
  const [part] = item['content'] as readonly { readonly text: string }[];
  const at = { ...place, content_index: 0 };
  return [
    ['response.content_part.added', { ...at, part: { ...part, text: '' } }],
    ['response.output_text.delta', { ...at, delta: part?.text, logprobs: [] }],
    ['response.output_text.done', { ...at, text: part?.text, logprobs: [] }],
    ['response.content_part.done', { ...at, part }],
  ];
}
