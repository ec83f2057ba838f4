import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READY } from '../../../src/box/payload.ts';
import { frameReader } from '../../../src/engine/docker/frames.ts';
import { jsonLines } from '../../../src/engine/docker/json.ts';
import { copyOutput } from '../../../src/engine/docker/output.ts';
import { readyFilter } from '../../../src/engine/docker/ready.ts';

function frame(stream: number, data: Buffer | string): Buffer {
  const body = Buffer.from(data);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** The same bytes in other chunks. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function collector(): { stream: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      setImmediate(done);
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('the mixed stream of a box without a terminal', () => {
  it('comes apart in the same way wherever the network cuts it', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })), { maxLength: 8 });
    fc.assert(
      fc.property(frames, cuts, (list, at) => {
        const read = frameReader();
        const bytes = Buffer.concat(list.map(([stream, data]) => frame(stream, Buffer.from(data))));
        const pieces = cut(bytes, at).flatMap(read);
        for (const [stream, from] of [
          [1, 'stdout'],
          [2, 'stderr'],
        ] as const) {
          const sent = Buffer.concat(list.filter(([is]) => is === stream).map(([, data]) => Buffer.from(data)));
          expect(Buffer.concat(pieces.filter((piece) => piece.from === from).map(({ data }) => data))).toEqual(sent);
        }
      }),
    );
  });

  it('gives what is there of a frame that is not complete', () => {
    expect(frameReader()(frame(1, 'hello').subarray(0, 10))).toEqual([{ from: 'stdout', data: Buffer.from('he') }]);
  });

  it("has the engine's own complaints on stderr", () => {
    expect(frameReader()(frame(3, 'oops'))).toEqual([{ from: 'stderr', data: Buffer.from('oops') }]);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), cuts, (bytes, at) => void cut(Buffer.from(bytes), at).flatMap(frameReader())),
    );
  });
});

describe('the sign of the stage', () => {
  const filtered = (chunks: readonly Buffer[]) => {
    let seen = 0;
    const filter = readyFilter(() => {
      seen += 1;
    });
    const shown = Buffer.concat([...chunks.map((chunk) => filter.push(chunk)), filter.rest()]);
    return { shown: shown.toString('latin1'), seen };
  };

  it('is found and taken out wherever it is cut', () => {
    const before = fc.string({ unit: fc.constantFrom('a', '\u001b', ']', '\n') });
    fc.assert(
      fc.property(before, fc.string({ unit: 'binary-ascii' }), cuts, (head, tail, at) => {
        const bytes = Buffer.from(`${head}${READY}${tail}`, 'latin1');
        expect(filtered(cut(bytes, at))).toEqual({ shown: `${head}${tail}`, seen: 1 });
      }),
    );
  });

  it('leaves everything else as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...READY, 'x') }), cuts, (text, at) => {
        fc.pre(!text.includes(READY));
        expect(filtered(cut(Buffer.from(text), at))).toEqual({ shown: text, seen: 0 });
      }),
    );
  });

  it('is taken out once; what the agent prints later is its own', () => {
    expect(filtered([Buffer.from(`${READY}a${READY}b`)])).toEqual({ shown: `a${READY}b`, seen: 1 });
  });

  it('holds nothing back once it was seen', () => {
    const filter = readyFilter();
    filter.push(Buffer.from(READY));
    expect(filter.push(Buffer.from('\u001b')).toString()).toBe('\u001b');
  });
});

describe('copying output', () => {
  it('keeps the order and loses nothing to a slow reader', async () => {
    const out = collector();
    const err = collector();
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
    const source = Readable.from(lines.map((line, index) => frame(index % 2 === 0 ? 1 : 2, line)));
    await copyOutput(source, { stdout: out.stream, stderr: err.stream }, { terminal: false });
    expect(out.bytes().toString()).toBe(lines.filter((_, index) => index % 2 === 0).join(''));
    expect(err.bytes().toString()).toBe(lines.filter((_, index) => index % 2 === 1).join(''));
  });

  it('goes on when nobody reads any more, so that the box is not held up', async () => {
    const gone = new PassThrough();
    gone.destroy();
    const source = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(10_000)));
    await copyOutput(source, { stdout: gone, stderr: gone }, { terminal: true });
  });

  it('goes on when the reader goes away in the middle', async () => {
    const closing = new Writable({ highWaterMark: 1, write: () => void setImmediate(() => closing.destroy()) });
    const source = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(10_000)));
    await copyOutput(source, { stdout: closing, stderr: closing }, { terminal: true });
  });

  it('rejects when the connection breaks', async () => {
    const source = new PassThrough();
    const out = collector();
    const copying = copyOutput(source, { stdout: out.stream, stderr: out.stream }, { terminal: true });
    source.write('half');
    setImmediate(() => source.destroy(new Error('reset')));
    await expect(copying).rejects.toThrow('reset');
    expect(out.bytes().toString()).toBe('half');
  });
});

describe('lines of JSON', () => {
  it('are read in the same way wherever the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: fc.string(), b: fc.integer() })), cuts, async (values, at) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\r\n`).join(''));
        const read: unknown[] = [];
        for await (const value of jsonLines(Readable.from(cut(bytes, at)))) read.push(value);
        expect(read).toEqual(values);
      }),
    );
  });

  it('that are none are left out', async () => {
    const read: unknown[] = [];
    const source = Readable.from([Buffer.from('{"a":1}\nnull\n{broken\n7\n\n{"b":2}')]);
    for await (const value of jsonLines(source)) read.push(value);
    expect(read).toEqual([{ a: 1 }, { b: 2 }]);
  });
});
