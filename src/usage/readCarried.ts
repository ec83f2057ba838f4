import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CARRIED_FILE } from '../network/carriedFile.ts';
import { openInside } from '../state/openInside.ts';
import { markedLines } from './markedLines.ts';
import { type Reply, replyOf } from './reply.ts';
import { count, NO_TOKENS, type Tokens } from './tokens.ts';
import { name, parsed, pick, time } from './untrusted.ts';

/** A reply as the gateway saw it; the conversation is the box. */
interface CarriedReply extends Reply {
  readonly agent: string;
}

/** What the gateway carried for a client. */
interface CarriedRead {
  readonly replies: readonly CarriedReply[];
  /** Replies that it could not read. */
  readonly unread: readonly Pick<CarriedReply, 'agent' | 'session' | 'time'>[];
}

/** Reads what the gateway carried for a client, of its directory, since a time (milliseconds since 1970). */
export async function readCarried(directory: string, since: number): Promise<CarriedRead> {
  const root = await realpath(directory).catch(() => undefined);
  const replies: CarriedReply[] = [];
  const unread: CarriedRead['unread'][number][] = [];
  if (root === undefined) return { replies, unread };
  const take = (line: unknown) => {
    const at = time(pick(line, 'time'));
    if (at === undefined || at < since) return;
    const agent = name(pick(line, 'agent')) ?? 'unknown';
    const session = pick(line, 'box');
    const reply = replyOf({
      key: [session, `${replies.length}`],
      time: at,
      model: pick(line, 'model'),
      session,
      tokens: tokensOf(pick(line, 'tokens')),
    });
    if (reply !== undefined) replies.push({ ...reply, agent });
    else if (pick(line, 'unread') !== undefined) unread.push({ agent, session: name(session) ?? 'unknown', time: at });
  };
  for (const file of ['.2', '.1', ''].map((end) => join(root, `${CARRIED_FILE}${end}`))) {
    const handle = await openInside(root, file, false);
    if (handle === undefined) continue;
    try {
      markedLines(handle.fd, ['"box"'], (line) => {
        take(parsed(line));
        return true;
      });
    } finally {
      await handle.close();
    }
  }
  return { replies, unread };
}

function tokensOf(json: unknown): Tokens {
  const entries = Object.keys(NO_TOKENS).map((kind) => [kind, count(pick(json, kind))]);
  return { ...NO_TOKENS, ...Object.fromEntries(entries) };
}
