import { replyOf } from '../usage/reply.ts';
import { count } from '../usage/tokens.ts';
import { parsed, pick } from '../usage/untrusted.ts';
import type { TableLog } from '../usage/usageLog.ts';

/** The messages in opencode's database. It does not note what it asks a model on the side, such as for a title. */
export const opencodeUsage: TableLog = {
  database: 'opencode.db',
  table: 'message',
  reply: (row) => {
    const message = typeof row['data'] === 'string' ? parsed(row['data']) : undefined;
    if (pick(message, 'role') !== 'assistant') return undefined;
    const of = (...path: readonly string[]) => count(pick(message, 'tokens', ...path));
    return replyOf({
      key: [row['id']],
      time: pick(message, 'time', 'created'),
      model: pick(message, 'modelID'),
      session: row['session_id'],
      tokens: {
        input: of('input'),
        // Unlike others it has what was thought apart from what was said.
        output: of('output') + of('reasoning'),
        cacheWrite: of('cache', 'write'),
        cacheWrite1h: 0,
        cacheRead: of('cache', 'read'),
        reasoning: of('reasoning'),
      },
    });
  },
};
