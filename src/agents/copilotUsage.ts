import { type Reply, replyOf } from '../usage/reply.ts';
import { count, ofWhole } from '../usage/tokens.ts';
import { pick } from '../usage/untrusted.ts';
import type { LineLog } from '../usage/usageLog.ts';

/** The events of Copilot CLI's conversations, which have a record for each reply. */
export const copilotUsage: LineLog = {
  folders: ['session-state'],
  suffix: 'events.jsonl',
  marks: ['"session.usage_record"'],
  reader: () => {
    const replies: Reply[] = [];
    return {
      take(line) {
        const reply = pick(line, 'type') === 'session.usage_record' ? read(line) : undefined;
        if (reply !== undefined) replies.push(reply);
      },
      replies: () => replies,
    };
  },
};

function read(line: unknown): Reply | undefined {
  const usage = pick(line, 'data', 'usage');
  const of = (kind: string) => count(pick(usage, kind));
  const session = pick(usage, 'accounting', 'sourceSessionId');
  return replyOf({
    key: [session, pick(usage, 'accounting', 'usageId'), pick(line, 'id')],
    time: pick(line, 'timestamp'),
    model: pick(usage, 'model'),
    session,
    tokens: ofWhole(
      { read: of('inputTokens'), cacheRead: of('cacheReadTokens'), cacheWrite: of('cacheWriteTokens') },
      of('outputTokens'),
      of('reasoningTokens'),
    ),
  });
}
