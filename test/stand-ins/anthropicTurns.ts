/** What the model does at its turn: says something, calls a tool (`Bash`, `Edit`, `Write`, …), or the API fails. */
export type Turn =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>>; readonly text?: string }
  | { readonly status: number; readonly error: string };

/** What a stand-in reads of a request for a message. */
export interface MessagesRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly { readonly role: string }[];
}

/** An answer whole, and as the events of a stream; or a failure with its HTTP status. */
export type Played =
  | { readonly status: 200; readonly message: object; readonly events: readonly StreamEvent[] }
  | { readonly status: number; readonly failure: object };

type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

/** What each answer says that it took. */
export const USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 7,
  cache_read_input_tokens: 3,
  cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 },
  output_tokens: 5,
};

/** True for a turn of the main conversation, false for the small requests an agent makes on the side. */
export const isMain = (body: MessagesRequest) => (body.tools ?? []).length > 0;

/**
 * The answer to a request. The place in the script is the number of answers the conversation already holds, not a counter
 * of ours: so a repeated request gets the same answer, and several boxes can use one stand-in at once.
 */
export function play(body: MessagesRequest, turns: readonly Turn[]): Played {
  const place = (body.messages ?? []).filter((message) => message.role === 'assistant').length;
  const turn: Turn = (isMain(body) ? turns[place] : undefined) ?? { text: 'Done.' };
  if ('status' in turn) {
    const type = turn.status === 401 ? 'authentication_error' : 'api_error';
    return { status: turn.status, failure: failure(type, turn.error) };
  }
  const blocks = blocksOf(turn, place);
  const stop = 'tool' in turn ? 'tool_use' : 'end_turn';
  const message = {
    id: `msg_standin_${place}`,
    type: 'message',
    role: 'assistant',
    model: body.model ?? 'stand-in',
    stop_sequence: null,
    usage: USAGE,
  };
  return {
    status: 200,
    message: { ...message, content: blocks, stop_reason: stop },
    events: [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      ...blocks.flatMap(blockEvents),
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ],
  };
}

/** Events as a stream of server-sent events. */
export function serverSent(events: readonly StreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** The body of an answer that is an error. */
export function failure(type: string, message: string): object {
  return { type: 'error', error: { type, message } };
}

function blocksOf(turn: Exclude<Turn, { status: number }>, place: number): readonly Block[] {
  const said: Block[] = turn.text === undefined ? [] : [{ type: 'text', text: turn.text }];
  if (!('tool' in turn)) return said;
  return [...said, { type: 'tool_use', id: `toolu_standin_${place}`, name: turn.tool, input: turn.input }];
}

function blockEvents(content: Block, index: number): readonly StreamEvent[] {
  const isTool = content.type === 'tool_use';
  const delta = isTool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(content.input) }
    : { type: 'text_delta', text: content.text };
  return [
    {
      type: 'content_block_start',
      index,
      content_block: isTool ? { ...content, input: {} } : { ...content, text: '' },
    },
    { type: 'content_block_delta', index, delta },
    { type: 'content_block_stop', index },
  ];
}
