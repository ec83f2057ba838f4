import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Carried } from '../../protocol.ts';
import type { ModelRequest } from './endpoint.ts';
import { listener } from './said.ts';
import { eventTexts, type Texts, wholeText } from './texts.ts';

/** Bytes that all taps of a gateway keep together; one that would need more gives up. */
const ALL_KEPT = 32 * 1024 ** 2;
/** Bytes that come out of a compressed body; more is no reply of a model. */
const UNPACKED = 64 * 1024 ** 2;
/** Compressed bytes that wait to be unpacked. */
const WAITING = 1024 ** 2;

let allKept = 0;

/**
 * Reads along in the reply to a model's request and tells once, at its end, what it says of its tokens, or why that cannot be
 * read. The reply itself goes on as it is, at its own pace; of what it says nothing but numbers and two names is kept.
 */
export function tapUsage(
  reply: IncomingMessage,
  request: ModelRequest,
  tell: (carried: Omit<Carried, 'box' | 'agent' | 'host' | 'time'>) => void,
): void {
  if (reply.statusCode !== 200) return;
  const ear = listener(request);
  let unread = unreadable(reply);
  const texts = isStream(reply) ? eventTexts(ear) : wholeText(ear);
  const giveUp = (why: string) => {
    unread ??= why;
  };
  const feed = unread === undefined ? feeder(reply, texts, giveUp) : undefined;
  reply.on('data', (chunk: Buffer) => {
    if (unread === undefined) feed?.push(chunk);
  });
  reply.once('close', () => {
    const done = () => {
      const said = ear.said();
      if (said !== undefined) tell({ ...said, model: said.model ?? request.model });
      else if (unread !== undefined) tell({ id: undefined, model: request.model, tokens: undefined, unread });
    };
    if (feed === undefined) done();
    else feed.end(done);
  });
}

function unreadable({ headers }: IncomingMessage): string | undefined {
  const type = headers['content-type'] ?? '';
  if (!/^(?:application\/json|text\/event-stream)\b/i.test(type)) return 'it is in a format of its own';
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  return coding === 'identity' || Object.hasOwn(UNPACKERS, coding) ? undefined : 'it is compressed in an unknown way';
}

const isStream = ({ headers }: IncomingMessage) => /^text\/event-stream\b/i.test(headers['content-type'] ?? '');

const UNPACKERS = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };

interface Feeder {
  push(chunk: Buffer): void;
  /** Calls back when all that was pushed is read. */
  end(done: () => void): void;
}

/** Feeds the texts with what is in a body, and no more than is bounded. */
function feeder({ headers }: IncomingMessage, texts: Texts, giveUp: (why: string) => void): Feeder {
  const take = (chunk: Buffer) => {
    const before = texts.kept;
    if (allKept + chunk.length > ALL_KEPT) return giveUp('too much is read at once');
    texts.push(chunk);
    allKept += texts.kept - before;
  };
  const ended = () => {
    allKept -= texts.kept;
    texts.end();
  };
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding === 'identity') {
    return {
      push: take,
      end: (done) => {
        ended();
        done();
      },
    };
  }
  const unpacker = UNPACKERS[coding as keyof typeof UNPACKERS]();
  let unpacked = 0;
  let broken = false;
  unpacker.on('data', (chunk: Buffer) => {
    unpacked += chunk.length;
    if (unpacked <= UNPACKED) return take(chunk);
    giveUp('it is too long');
    unpacker.destroy();
  });
  unpacker.on('error', () => {
    broken = true;
    giveUp('its compression is damaged');
  });
  return {
    push(chunk) {
      if (unpacker.writableLength > WAITING) giveUp('it comes too fast');
      else if (!broken) unpacker.write(chunk);
    },
    end(done) {
      const closed = () => {
        ended();
        done();
      };
      if (unpacker.closed) return closed();
      unpacker.once('close', closed);
      if (!broken) unpacker.end();
    },
  };
}
