import { type Reply, replyOf } from '../usage/reply.ts';
import { count, ofWhole, type Tokens } from '../usage/tokens.ts';
import { pick } from '../usage/untrusted.ts';
import type { LineLog } from '../usage/usageLog.ts';

/**
 * The conversations of Codex. Newer ones have a `token_usage_record` for each reply; older ones only `token_count`, which
 * comes several times for one reply, told apart by the running total.
 */
export const codexUsage: LineLog = {
  folders: ['sessions', 'archived_sessions'],
  suffix: '.jsonl',
  marks: ['"session_meta"', '"turn_context"', '"token_usage_record"', '"token_count"'],
  reader: (file) => {
    const records: Reply[] = [];
    const counts: Reply[] = [];
    let model: unknown;
    let session: unknown = /([0-9a-f-]{36})\.jsonl$/.exec(file)?.[1];
    return {
      take(line) {
        const payload = pick(line, 'payload');
        const at = pick(line, 'timestamp');
        switch (pick(line, 'type')) {
          case 'session_meta':
            // A conversation that was forked has the beginning of the first one after its own.
            session ??= pick(payload, 'id');
            break;
          case 'turn_context':
            model = pick(payload, 'model') ?? model;
            break;
          case 'token_usage_record': {
            const key = [pick(payload, 'turn_id'), pick(payload, 'response_id')];
            keep(records, replyOf({ key, time: at, model, session, tokens: tokensOf(pick(payload, 'usage')) }));
            break;
          }
          case 'event_msg': {
            if (pick(payload, 'type') !== 'token_count') return;
            const running = pick(payload, 'info', 'total_token_usage', 'total_tokens');
            const tokens = tokensOf(pick(payload, 'info', 'last_token_usage'));
            keep(counts, replyOf({ key: [session, `${running}`], time: at, model, session, tokens }));
          }
        }
      },
      replies: () => (records.length > 0 ? records : counts),
    };
  },
};

function keep(replies: Reply[], reply: Reply | undefined): void {
  if (reply !== undefined) replies.push(reply);
}

function tokensOf(usage: unknown): Tokens {
  return ofWhole(
    {
      read: count(pick(usage, 'input_tokens')),
      cacheRead: count(pick(usage, 'cached_input_tokens')),
      cacheWrite: count(pick(usage, 'cache_write_input_tokens')),
    },
    count(pick(usage, 'output_tokens')),
    count(pick(usage, 'reasoning_output_tokens')),
  );
}
