import { type Reply, replyOf } from '../usage/reply.ts';
import { count } from '../usage/tokens.ts';
import { pick } from '../usage/untrusted.ts';
import type { LineLog } from '../usage/usageLog.ts';

/** The conversations of pi. */
export const piUsage: LineLog = {
  folders: ['sessions'],
  suffix: '.jsonl',
  marks: ['"session"', '"usage"'],
  reader: () => {
    const replies: Reply[] = [];
    let session: unknown;
    return {
      take(line) {
        if (pick(line, 'type') === 'session') session ??= pick(line, 'id');
        const reply = pick(line, 'message', 'role') === 'assistant' ? read(line, session) : undefined;
        if (reply !== undefined) replies.push(reply);
      },
      replies: () => replies,
    };
  },
};

function read(line: unknown, session: unknown): Reply | undefined {
  const usage = pick(line, 'message', 'usage');
  const written = count(pick(usage, 'cacheWrite'));
  const hour = Math.min(written, count(pick(usage, 'cacheWrite1h')));
  const output = count(pick(usage, 'output'));
  return replyOf({
    // A conversation that was forked takes its lines along.
    key: [pick(line, 'id'), pick(line, 'message', 'responseId'), pick(line, 'timestamp')],
    time: pick(line, 'timestamp'),
    model: pick(line, 'message', 'model'),
    session,
    tokens: {
      input: count(pick(usage, 'input')),
      output,
      cacheWrite: written - hour,
      cacheWrite1h: hour,
      cacheRead: count(pick(usage, 'cacheRead')),
      reasoning: Math.min(output, count(pick(usage, 'reasoning'))),
    },
  });
}
