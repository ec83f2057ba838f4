import { type Reply, replyOf } from '../usage/reply.ts';
import { count } from '../usage/tokens.ts';
import { pick } from '../usage/untrusted.ts';
import type { LineLog } from '../usage/usageLog.ts';

/**
 * The conversations of Claude Code, those of subagents among them. A reply has a line for each of its blocks, and a
 * conversation that is forked takes its lines along; the id of the message with that of its request tells replies apart.
 */
export const claudeUsage: LineLog = {
  folders: ['projects'],
  suffix: '.jsonl',
  marks: ['"usage"'],
  reader: () => {
    const replies: Reply[] = [];
    return {
      take(line) {
        const reply = pick(line, 'type') === 'assistant' ? read(line) : undefined;
        if (reply !== undefined) replies.push(reply);
      },
      replies: () => replies,
    };
  },
};

function read(line: unknown): Reply | undefined {
  const model = pick(line, 'message', 'model');
  const usage = pick(line, 'message', 'usage');
  const written = count(pick(usage, 'cache_creation_input_tokens'));
  const hour = Math.min(written, count(pick(usage, 'cache_creation', 'ephemeral_1h_input_tokens')));
  const output = count(pick(usage, 'output_tokens'));
  return replyOf({
    key: [pick(line, 'message', 'id'), pick(line, 'requestId') ?? pick(line, 'requestRef') ?? pick(line, 'sessionId')],
    time: pick(line, 'timestamp'),
    // Fast mode has a price of its own.
    model: typeof model === 'string' && pick(usage, 'speed') === 'fast' ? `${model}-fast` : model,
    session: pick(line, 'sessionId'),
    tokens: {
      input: count(pick(usage, 'input_tokens')),
      output,
      cacheWrite: written - hour,
      cacheWrite1h: hour,
      cacheRead: count(pick(usage, 'cache_read_input_tokens')),
      reasoning: Math.min(output, count(pick(usage, 'output_tokens_details', 'thinking_tokens'))),
    },
  });
}
