import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { detachScanner } from '../../../src/engine/docker/detachKeys.ts';
import { usedOf } from '../../../src/engine/docker/memory.ts';
import { bytesOf } from '../../../src/engine/podman/memory.ts';
import { UsageError } from '../../../src/errors.ts';
import { DETACH_KEYS, detachBytes, detachWords } from '../../../src/plan/detachKeys.ts';

describe('the keys that let go of a box', () => {
  it('are those of docker, and people read them', () => {
    expect([...detachBytes(DETACH_KEYS)]).toEqual([16, 17]);
    expect([...detachBytes('ctrl-@,ctrl-[,ctrl-_,x,A')]).toEqual([0, 27, 31, 120, 65]);
    expect(detachWords('ctrl-p,ctrl-q,x')).toBe('Ctrl-P Ctrl-Q x');
    for (const keys of ['', 'ctrl-', 'ctrl-1', 'ab', 'ctrl-p,', 'é'])
      expect(() => detachBytes(keys), keys).toThrow(UsageError);
  });

  async function typed(...chunks: readonly string[]) {
    let left = 0;
    let shown = '';
    const scanner = detachScanner(detachBytes('ctrl-p,ctrl-q'), () => {
      left += 1;
    });
    const out = new PassThrough();
    out.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    scanner.pipe(out);
    for (const chunk of chunks) {
      if (chunk === 'wait') await sleep(450);
      else scanner.write(Buffer.from(chunk));
    }
    await sleep(0);
    return { shown, left };
  }

  it('are taken out, and nothing passes after them', async () => {
    expect(await typed('ab\u0010\u0011cd', 'ef')).toEqual({ shown: 'ab', left: 1 });
    expect(await typed('\u0010', '\u0011')).toEqual({ shown: '', left: 1 });
    expect(await typed('\u0010\u0010\u0011')).toEqual({ shown: '\u0010', left: 1 });
  });

  it('are known as well as terminals spell them for programs that ask for more', async () => {
    expect(await typed('a\u001b[112;5u', '\u001b[113;133:1u', 'b')).toEqual({ shown: 'a', left: 1 });
    expect(await typed('\u001b[27;5;112~\u0011')).toEqual({ shown: '', left: 1 });
    for (const other of [
      '\u001b[112;6u\u001b[113;6u',
      '\u001b',
      '\u001b[A\u001b[112u',
      '\u001b[112;5u\u001b[113;5:3u',
    ]) {
      expect(await typed(other, 'wait')).toEqual({ shown: other, left: 0 });
    }
  });

  it('pass one by one where they are not all there', async () => {
    expect(await typed('\u0010x', '\u0011')).toEqual({ shown: '\u0010x\u0011', left: 0 });
    expect(await typed('\u0010')).toEqual({ shown: '', left: 0 });
    expect(await typed('\u0010', 'wait')).toEqual({ shown: '\u0010', left: 0 });
    expect(await typed('\u0010', 'wait', '\u0011')).toEqual({ shown: '\u0010\u0011', left: 0 });
  });
});

describe('memory of boxes', () => {
  it('is read of docker without what is only cached', () => {
    expect(usedOf({ memory_stats: { usage: 100, stats: { inactive_file: 30 } } })).toBe(70);
    expect(usedOf({ memory_stats: { usage: 100, stats: { total_inactive_file: 40, inactive_file: 30 } } })).toBe(60);
    expect(usedOf({ memory_stats: {} })).toBeUndefined();
    expect(usedOf({})).toBeUndefined();
  });

  it('is read of podman, which spells it', () => {
    expect(bytesOf('12.5MB / 4GB')).toBe(12_500_000);
    expect(bytesOf('0B / 0B')).toBe(0);
    expect(bytesOf('1.5MiB')).toBe(1_572_864);
    expect([bytesOf('-- / --'), bytesOf('')]).toEqual([undefined, undefined]);
  });
});
