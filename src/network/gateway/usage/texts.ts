import { parsed } from '../../../usage/untrusted.ts';
import { growing } from './growing.ts';
import type { Listener } from './said.ts';

/** Bytes of one event of a stream, or of a whole body, that are kept to be read. A longer one is passed over. */
const KEPT = 4 * 1024 ** 2;
const NEWLINE = 0x0a;
const DATA = 'data:';
/** The letters of `usage` and `usageMetadata`: an event without them says nothing of tokens. */
const MARK = '"usage';

/** Takes the bytes of a body, in whatever pieces. */
export interface Texts {
  push(chunk: Buffer): void;
  end(): void;
  /** Bytes that are kept now. */
  readonly kept: number;
}

/** Has a listener hear the events of a stream of server-sent events. */
export function eventTexts({ hear }: Pick<Listener, 'hear'>): Texts {
  const line = growing(KEPT);
  let tooLong = false;
  const end = () => {
    const bytes = line.take();
    const isData = bytes.toString('latin1', 0, DATA.length) === DATA;
    if (isData && bytes.includes(MARK)) hear(parsed(bytes.toString('utf8', DATA.length)));
    tooLong = false;
  };
  return {
    push(chunk) {
      for (let from = 0; from < chunk.length; ) {
        const newline = chunk.indexOf(NEWLINE, from);
        if (!tooLong) tooLong = !line.add(chunk.subarray(from, newline < 0 ? chunk.length : newline));
        if (newline >= 0) end();
        from = newline < 0 ? chunk.length : newline + 1;
      }
    },
    end,
    get kept() {
      return line.length;
    },
  };
}

/** Has a listener hear a body that is one JSON text. */
export function wholeText({ hear }: Pick<Listener, 'hear'>): Texts {
  const body = growing(KEPT);
  let tooLong = false;
  return {
    push(chunk) {
      if (!tooLong) tooLong = !body.add(chunk);
    },
    end() {
      if (body.length > 0) hear(parsed(body.take().toString('utf8')));
    },
    get kept() {
      return body.length;
    },
  };
}
