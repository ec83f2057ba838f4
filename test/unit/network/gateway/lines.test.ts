import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineCutter, readLines, sendLine } from '../../../../src/network/gateway/lines.ts';

const LIMIT = 40;

/** The lines of these pieces, and whether it went on to the end. */
function linesOf(pieces: readonly Uint8Array[], limit = LIMIT): { lines: readonly string[]; whole: boolean } {
  const lines: string[] = [];
  const push = lineCutter((line) => lines.push(line), limit);
  try {
    for (const piece of pieces) push(piece);
    return { lines, whole: true };
  } catch {
    return { lines, whole: false };
  }
}

/** Bytes with many line ends, and places to cut them at. */
const cutBytes = fc
  .array(
    fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.constant(Uint8Array.of(10)), fc.constant(Buffer.from('é\n漢🙂'))),
  )
  .map((parts) => Buffer.concat(parts))
  .chain((bytes) =>
    fc
      .array(fc.nat(bytes.length), { maxLength: 20 })
      .map((cuts) => ({ bytes, cuts: [0, ...cuts.sort((a, b) => a - b), bytes.length] })),
  );

describe('lines', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(cutBytes, ({ bytes, cuts }) => {
        const pieces = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
        expect(linesOf(pieces)).toEqual(linesOf([bytes]));
      }),
      { numRuns: 1000 },
    );
  });

  it('are what was sent, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ text: fc.string({ unit: 'binary' }) })), async (messages) => {
        const stream = new PassThrough();
        const got: unknown[] = [];
        const reading = readLines(stream, (line) => got.push(JSON.parse(line)));
        for (const message of messages) expect(sendLine(stream, message)).toBe(true);
        stream.end('{"half":');
        await reading;
        expect(got).toEqual(messages);
      }),
    );
  });

  it('may be as long as the limit and not a byte longer, whether they end or not', () => {
    expect(linesOf([Buffer.from(`${'x'.repeat(LIMIT)}\n`)])).toMatchObject({ whole: true });
    expect(linesOf([Buffer.from(`a\n${'x'.repeat(LIMIT + 1)}`)])).toEqual({ lines: ['a'], whole: false });
    expect(linesOf(Array.from({ length: LIMIT + 1 }, () => Buffer.from('x')))).toMatchObject({ whole: false });
  });

  it('are not written for a reader that is too far behind, or is gone', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    expect(sendLine(stream, 'x'.repeat(40), 50)).toBe(true);
    expect(sendLine(stream, 'x'.repeat(100), 50)).toBe(true);
    expect(sendLine(stream, 'too much', 50)).toBe(false);
    stream.destroy();
    expect(sendLine(stream, 'late')).toBe(false);
  });

  it('end with an error when one of them is wrong', async () => {
    const stream = new PassThrough();
    const reading = readLines(stream, JSON.parse);
    stream.write('{}\nrubbish\n');
    await expect(reading).rejects.toThrow();
    expect(stream.destroyed).toBe(true);
  });
});
