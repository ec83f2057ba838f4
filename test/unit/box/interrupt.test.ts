import { describe, expect, it } from 'vitest';
import { uninterrupted } from '../../../src/box/interrupt.ts';
import { CancelledError } from '../../../src/errors.ts';

describe('a start that must not be left half done', () => {
  it('gives its result when nobody interrupts', async () => {
    expect(
      await uninterrupted(
        async () => 'box',
        async () => {},
      ),
    ).toBe('box');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('is finished, undone and told as %s when that comes meanwhile', async (signal, code) => {
    const undone: string[] = [];
    const act = async () => {
      process.emit(signal);
      return 'box';
    };
    const started = uninterrupted(act, async (box) => {
      undone.push(box);
    });
    await expect(started).rejects.toThrow(CancelledError);
    await expect(started).rejects.toMatchObject({ code });
    expect(undone).toEqual(['box']);
  });

  it('tells its own failure, and leaves no handler behind', async () => {
    const before = process.listenerCount('SIGINT');
    const failing = uninterrupted(
      async () => Promise.reject(new Error('no engine')),
      async () => {},
    );
    await expect(failing).rejects.toThrow('no engine');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
