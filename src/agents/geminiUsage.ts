import { type Reply, replyOf } from '../usage/reply.ts';
import { count, ofWhole } from '../usage/tokens.ts';
import { pick } from '../usage/untrusted.ts';
import type { LineLog } from '../usage/usageLog.ts';

/**
 * The conversations of Gemini CLI. It notes a message again when a tool has answered. What it asks a model on the side, such as
 * which model to take, it does not note.
 */
export const geminiUsage: LineLog = {
  folders: ['tmp'],
  suffix: '.jsonl',
  marks: ['"sessionId"', '"tokens"'],
  reader: () => {
    const replies: Reply[] = [];
    let session: unknown;
    const message = (said: unknown) => {
      const reply = pick(said, 'type') === 'gemini' ? read(said, session) : undefined;
      if (reply !== undefined) replies.push(reply);
    };
    return {
      take(line) {
        session ??= pick(line, 'sessionId');
        message(line);
        const whole = pick(line, '$set', 'messages');
        if (Array.isArray(whole)) whole.forEach(message);
      },
      replies: () => replies,
    };
  },
};

function read(message: unknown, session: unknown): Reply | undefined {
  const of = (kind: string) => count(pick(message, 'tokens', kind));
  // What was thought comes on top of what was said, and what tools brought on top of the rest of the prompt.
  const read = { read: of('input') + of('tool'), cacheRead: of('cached'), cacheWrite: 0 };
  return replyOf({
    key: [session, pick(message, 'id')],
    time: pick(message, 'timestamp'),
    model: pick(message, 'model'),
    session,
    tokens: ofWhole(read, of('output') + of('thoughts'), of('thoughts')),
  });
}
