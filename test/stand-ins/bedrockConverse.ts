import type { Turn } from './anthropicTurns.ts';
import type { CloudAnswer } from './cloudApi.ts';
import { eventStreamMessage } from './eventStream.ts';

interface ConverseRequest {
  readonly messages?: readonly { readonly role: string }[];
  readonly toolConfig?: { readonly tools?: readonly unknown[] };
}

/** What Bedrock's Converse API answers as a stream, which is how agents ask that know models of many makers. */
export function converseAnswer(body: ConverseRequest, turns: readonly Turn[]): CloudAnswer {
  const place = (body.messages ?? []).filter(({ role }) => role === 'assistant').length;
  const isMain = (body.toolConfig?.tools ?? []).length > 0;
  const turn: Turn = (isMain ? turns[place] : undefined) ?? { text: 'Done.' };
  if ('status' in turn) {
    return { status: turn.status, type: 'application/json', body: JSON.stringify({ message: turn.error }) };
  }
  const text = turn.text === undefined ? [] : [{ delta: { text: turn.text } }];
  const called = 'tool' in turn ? [callOf(turn, place)] : [];
  const blocks = [...text, ...called].flatMap(({ delta, ...more }, contentBlockIndex) => [
    ...('start' in more ? [message('contentBlockStart', { contentBlockIndex, ...more })] : []),
    message('contentBlockDelta', { contentBlockIndex, delta }),
    message('contentBlockStop', { contentBlockIndex }),
  ]);
  const events = [
    message('messageStart', { role: 'assistant' }),
    ...blocks,
    message('messageStop', { stopReason: 'tool' in turn ? 'tool_use' : 'end_turn' }),
    message('metadata', {
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      metrics: { latencyMs: 1 },
    }),
  ];
  return { status: 200, type: 'application/vnd.amazon.eventstream', body: Buffer.concat(events) };
}

function callOf({ tool, input }: Extract<Turn, { tool: string }>, place: number) {
  const start = { toolUse: { toolUseId: `tooluse_standin_${place}`, name: tool } };
  return { start, delta: { toolUse: { input: JSON.stringify(input) } } };
}

function message(type: string, payload: object): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return eventStreamMessage(headers, Buffer.from(JSON.stringify(payload)));
}
