import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { newsSink, parseNews } from '../../../../src/workspace/sync/news.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)] as [string, string];
const MAIN = 'refs/heads/main';
const asked = {
  head: `ref: ${MAIN}`,
  refs: new Map([
    [MAIN, A],
    ['refs/tags/v"1', B],
  ]),
  format: 40,
};
const parse = (...lines: readonly string[]) => parseNews(Buffer.from(lines.join('\n')), asked);
const main = `ref ${A} 2 ${MAIN}`;
const tag = `ref ${B} - refs/tags/v"1`;

describe('what a reader tells', () => {
  it('is read', () => {
    expect(parse(`index ${B}`, 'going MERGE_HEAD', main, tag, `stash ${B}`)).toEqual({
      ...{ head: `ref: ${MAIN}`, tree: B, unmerged: false, going: ['MERGE_HEAD'], missing: [] },
      ...{ refs: { [MAIN]: A, 'refs/tags/v"1': B }, commits: { [MAIN]: 2 }, stashes: [B] },
    });
    expect(parse(main, 'missing refs/tags/v"1')).toMatchObject({ refs: { [MAIN]: A }, missing: ['refs/tags/v"1'] });
    expect(parse(main, tag, `unmerged ${A}`, 'going ../../config')).toMatchObject({ unmerged: true, going: [] });
  });

  it.each<[string, readonly string[]]>([
    ['a name was not asked for', [main, tag, `ref ${A} 0 refs/heads/../../hooks/x`]],
    ['a name was not asked for', [main, tag, `ref ${A} 0 refs/heads/other`]],
    ['a name was not asked for', [main, tag, 'missing refs/heads/other']],
    ['a ref is not what it was', [`ref ${B} 2 ${MAIN}`, tag]],
    ['a ref is left out', [main]],
    ['an object has no proper name', [main, tag, `index ${A} x`]],
    ['an object has no proper name', [main, tag, `index ${A}${'a'.repeat(24)}`]],
    ['an object has no proper name', [main, tag, 'stash --output=x']],
    ['a number is none', [`ref ${A} 1e9 ${MAIN}`, tag]],
    ['a name comes twice', [main, main, tag]],
    ['a line is unknown', [main, tag, `update ${A}`]],
  ])('is refused when %s (%#)', (why, lines) => {
    expect(() => parse(...lines)).toThrow(expect.objectContaining({ trouble: 'refused', why }));
  });
});

describe('the output of a reader', () => {
  const sink = (max: number) => {
    const chunks: Buffer[] = [];
    const pack = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    return { ...newsSink(pack, max), pack: () => Buffer.concat(chunks).toString('latin1') };
  };
  const send = (stream: Writable, chunks: readonly (string | Buffer)[]) =>
    new Promise<unknown>((resolve) => {
      stream.on('error', resolve);
      stream.on('finish', () => resolve(undefined));
      for (const chunk of chunks) stream.write(Buffer.from(chunk));
      stream.end();
    });

  it.each([1, 2, 3, 7, 100])('is lines, an empty one and a pack, in pieces of %d bytes', async (size) => {
    const all = Buffer.from('head x\nindex y\n\nPACK\n\n\0\xff', 'latin1');
    const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
      all.subarray(n * size, (n + 1) * size),
    );
    const { stream, lines, pack } = sink(100);
    expect(await send(stream, pieces)).toBeUndefined();
    expect(lines().toString()).toBe('head x\nindex y');
    expect(pack()).toBe('PACK\n\n\0\xff');
  });

  it('ends where the pack is too large', async () => {
    const { stream } = sink(1000);
    expect(await send(stream, ['head x\n\n', Buffer.alloc(600), Buffer.alloc(600)])).toMatchObject({
      ...{ trouble: 'refused', message: expect.stringContaining('larger than') },
    });
  });

  it('ends where lines come without end', async () => {
    const { stream } = sink(1000);
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(1024 * 1024, 0x61));
    expect(await send(stream, chunks)).toMatchObject({ trouble: 'refused', why: 'it says too much' });
  });

  it('is refused when it ended before the pack', async () => {
    const { stream, lines } = sink(1000);
    await send(stream, ['head x\nref']);
    expect(lines).toThrow(expect.objectContaining({ why: 'it ended too early' }));
  });
});
