/** A stretch of base64 that has a text in it. */
export interface Encoded {
  readonly start: number;
  readonly end: number;
  readonly decoded: Buffer;
}

const LINE = /[A-Za-z0-9+/_-]{24,}/g;
/** Once the beginning of a stretch is found to be no text, nothing more of it is decoded. */
const PROBE = 96;

/** The texts that lie in a text as base64, also in lines of one length, and wherever a stretch begins in its first four characters. */
export function encodedIn(text: string): readonly Encoded[] {
  const found: Encoded[] = [];
  let past = 0;
  for (const { index, 0: first } of text.matchAll(LINE)) {
    if (index < past) continue;
    const { joined, end } = unwrapped(text, index, first);
    past = end;
    const skip = [0, 1, 2, 3].find((offset) => isText(Buffer.from(joined.slice(offset, offset + PROBE), 'base64')));
    if (skip !== undefined) found.push({ start: index, end, decoded: Buffer.from(joined.slice(skip), 'base64') });
  }
  return found;
}

/** A stretch with the lines below it that go on with it: as long as it is, the last one shorter. */
function unwrapped(text: string, index: number, first: string): { readonly joined: string; readonly end: number } {
  const lines = [first];
  let end = index + first.length;
  const next = /(?:\r?\n|\\n)[ \t]{0,64}([A-Za-z0-9+/_-]{1,1000})/y;
  for (;;) {
    next.lastIndex = end;
    const line = next.exec(text)?.[1];
    if (line === undefined || line.length > first.length || (first.length > 128 && lines.length === 1)) break;
    lines.push(line);
    end = next.lastIndex;
    if (line.length < first.length) break;
  }
  return { joined: lines.join(''), end };
}

/** Nine of ten bytes can be seen. */
function isText(bytes: Buffer): boolean {
  const seen = bytes.reduce(
    (count, byte) => count + ((byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9 ? 1 : 0),
    0,
  );
  return bytes.length > 0 && seen >= bytes.length * 0.9;
}
