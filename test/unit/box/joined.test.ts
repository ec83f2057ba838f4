import { mkdirSync, utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isAlone, joinBox, sweepPresence } from '../../../src/box/joined/presence.ts';
import { shareSize, smallest } from '../../../src/box/joined/shareSize.ts';
import type { TerminalSize } from '../../../src/engine/engine.ts';
import { temporary } from '../support/config.ts';

async function deps() {
  const parent = await temporary();
  mkdirSync(join(parent, 'agentbox'), { mode: 0o700 });
  const caller = { uid: process.getuid?.() ?? 0, gid: 0, name: 'me' };
  return { env: { XDG_RUNTIME_DIR: parent }, platform: 'linux', caller, folder: join(parent, 'agentbox') } as const;
}

describe('those who are joined to a box', () => {
  it('know who is first, and that nobody is', async () => {
    const own = await deps();
    expect(isAlone(own, 'abc')).toBe(true);
    const first = await joinBox(own, 'abc', { rows: 30, columns: 100 });
    await sleep(5);
    const second = await joinBox(own, 'abc', undefined);
    expect([isAlone(own, 'abc'), isAlone(own, 'def'), first.isFirst()]).toEqual([false, true, true]);
    expect(first.sizes()).toEqual([{ rows: 30, columns: 100 }]);
    await first.leave();
    await second.leave();
    expect(isAlone(own, 'abc')).toBe(true);
    expect(await readdir(own.folder)).toEqual([]);
  });

  it('are gone without a sign of life', async () => {
    const own = await deps();
    const first = await joinBox(own, 'abc', undefined);
    const [name = ''] = await readdir(join(own.folder, 'box-abc'));
    utimesSync(join(own.folder, 'box-abc', name), 0, 0);
    expect(isAlone(own, 'abc')).toBe(true);
    expect(await readdir(own.folder)).toEqual([]);
    // It only stood still.
    await expect.poll(() => isAlone(own, 'abc'), { timeout: 5000, interval: 100 }).toBe(false);
    await first.leave();
  });

  it('leave nothing for ever, whoever was killed', async () => {
    const own = await deps();
    for (const name of ['box-old', 'box-new']) mkdirSync(join(own.folder, name));
    utimesSync(join(own.folder, 'box-old'), 0, 0);
    sweepPresence(own);
    expect(await readdir(own.folder)).toEqual(['box-new']);
  });
});

describe('the size of a box that several terminals show', () => {
  it('is the smallest in each direction', () => {
    expect(
      smallest([
        { rows: 30, columns: 100 },
        { rows: 40, columns: 90 },
      ]),
    ).toEqual({ rows: 30, columns: 90 });
    expect(smallest([])).toBeUndefined();
  });

  it('is told to the engine only where there are several, and once more when they are gone', async () => {
    const told: TerminalSize[] = [];
    let sizes: TerminalSize[] = [{ rows: 30, columns: 100 }];
    let changed = () => {};
    const engine = { resize: async (_: string, size: TerminalSize) => void told.push(size) };
    const presence = {
      sizes: () => sizes,
      onChange(callback: () => void) {
        changed = callback;
      },
      ...{ isFirst: () => true, resized() {}, async leave() {} },
    };
    const terminal = { size: () => ({ rows: 30, columns: 100 }), onResize: () => () => {}, raw: () => () => {} };
    const end = shareSize(engine, 'id', terminal, presence);
    changed();
    await sleep(400);
    expect(told).toEqual([]);
    sizes = [...sizes, { rows: 40, columns: 90 }];
    changed();
    changed();
    await sleep(0);
    sizes = sizes.slice(0, 1);
    changed();
    await sleep(0);
    expect(told).toEqual([
      { rows: 30, columns: 90 },
      { rows: 30, columns: 100 },
    ]);
    end();
  });

  it('is told again, since what a terminal did to it by itself may come later', async () => {
    const told: TerminalSize[] = [];
    const engine = { resize: async (_: string, size: TerminalSize) => void told.push(size) };
    const sizes = [
      { rows: 30, columns: 100 },
      { rows: 40, columns: 90 },
    ];
    const presence = { sizes: () => sizes, onChange() {}, isFirst: () => true, resized() {}, async leave() {} };
    const terminal = { size: () => ({ rows: 30, columns: 100 }), onResize: () => () => {}, raw: () => () => {} };
    const end = shareSize(engine, 'id', terminal, presence);
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(1);
    expect(told).toEqual(told.map(() => ({ rows: 30, columns: 90 })));
    end();
  });
});
