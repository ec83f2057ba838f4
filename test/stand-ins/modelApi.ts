/**
 * A stand-in for the Anthropic model API, because none can be reached where the tests run. It answers `POST /v1/messages`,
 * streamed or not, from a script, so that the real Claude Code can be led through a whole session with tool calls.
 * By itself: `tsx test/stand-ins/modelApi.ts --port 0 --host 127.0.0.1 --script turns.json` prints its port.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** What the model does at its turn: says something, calls a tool (`Bash`, `Edit`, `Write`, …), or the API fails. */
export type Turn =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>>; readonly text?: string }
  | { readonly status: number; readonly error: string };

/** One request as it came in. `body` is parsed JSON, or undefined. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A running stand-in. */
export interface ModelApi {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Replaces the script. */
  play(turns: readonly Turn[]): void;
  close(): Promise<void>;
}

interface MessagesRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly { readonly role: string }[];
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Starts the stand-in on `host` (127.0.0.1 when not given; boxes on a bridge need another) and a free port or `port`. */
export async function startModelApi(options: {
  readonly turns: readonly Turn[];
  readonly host?: string;
  readonly port?: number;
}): Promise<ModelApi> {
  const host = options.host ?? '127.0.0.1';
  const requests: RecordedRequest[] = [];
  let turns = options.turns;
  const server = createServer(async (request, response) => {
    const recorded = {
      method: request.method ?? '',
      path: request.url ?? '/',
      headers: request.headers,
      body: parse(await text(request)),
    };
    requests.push(recorded);
    const { status, type, body } = answer(recorded, turns);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `http://${host}:${port}`,
    requests,
    play: (next) => {
      turns = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
const isMain = (body: MessagesRequest) => (body.tools ?? []).length > 0;

/**
 * The place in the script is the number of answers the conversation already holds, not a counter of ours: so a repeated
 * request gets the same answer, and several boxes can use one stand-in at once.
 */
function reply(body: MessagesRequest, turns: readonly Turn[]): Answer {
  const place = (body.messages ?? []).filter((message) => message.role === 'assistant').length;
  const turn: Turn = (isMain(body) ? turns[place] : undefined) ?? { text: 'Done.' };
  if ('status' in turn) {
    return json(turn.status, failure(turn.status === 401 ? 'authentication_error' : 'api_error', turn.error));
  }
  const blocks = blocksOf(turn, place);
  const stop = 'tool' in turn ? 'tool_use' : 'end_turn';
  const message = {
    id: `msg_standin_${place}`,
    type: 'message',
    role: 'assistant',
    model: body.model ?? 'stand-in',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  };
  if (body.stream !== true) return json(200, { ...message, content: blocks, stop_reason: stop });
  return { status: 200, type: 'text/event-stream', body: events(message, blocks, stop) };
}

function blocksOf(turn: Exclude<Turn, { status: number }>, place: number): readonly Block[] {
  const said: Block[] = turn.text === undefined ? [] : [{ type: 'text', text: turn.text }];
  if (!('tool' in turn)) return said;
  return [...said, { type: 'tool_use', id: `toolu_standin_${place}`, name: turn.tool, input: turn.input }];
}

function events(message: object, blocks: readonly Block[], stop: string): string {
  const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  const block = (content: Block, index: number) => [
    event('content_block_start', {
      index,
      content_block: content.type === 'tool_use' ? { ...content, input: {} } : { ...content, text: '' },
    }),
    event('content_block_delta', {
      index,
      delta:
        content.type === 'tool_use'
          ? { type: 'input_json_delta', partial_json: JSON.stringify(content.input) }
          : { type: 'text_delta', text: content.text },
    }),
    event('content_block_stop', { index }),
  ];
  return [
    event('message_start', { message: { ...message, content: [], stop_reason: null } }),
    ...blocks.flatMap(block),
    event('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } }),
    event('message_stop', {}),
  ].join('');
}

function failure(type: string, message: string): object {
  return { type: 'error', error: { type, message } };
}

function json(status: number, value: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'string' }, script: { type: 'string' } },
  });
  const turns =
    values.script === undefined
      ? [{ text: 'Hello from the stand-in.' }]
      : JSON.parse(readFileSync(values.script, 'utf8'));
  const api = await startModelApi({
    turns,
    port: Number(values.port ?? 0),
    ...(values.host ? { host: values.host } : {}),
  });
  console.log(api.port);
}
