import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { watchFolder } from '../../../src/workspace/aside/watch.ts';
import { looker } from '../../../src/workspace/attend.ts';
import { lookAtSinks } from '../../../src/workspace/sinks/lookAtSinks.ts';
import { NO_SETTINGS, type TestTree, testTree } from './sinks/tree.ts';

describe('a look at a project whose box runs', () => {
  let tree: TestTree;
  let calls: string[];
  let told: string[];
  beforeEach(() => {
    tree = testTree();
    calls = [];
    told = [];
  });
  afterEach(() => tree.close());

  const engine = (pauses: boolean | UserError = true, unpauses: readonly boolean[] = []) => {
    const failures = [...unpauses];
    return {
      async pause() {
        calls.push(`pause ${existsSync(join(tree.path, '.envrc'))}`);
        if (typeof pauses !== 'boolean') throw pauses;
        return pauses;
      },
      async unpause() {
        calls.push(`unpause ${existsSync(join(tree.path, '.envrc'))}`);
        if (failures.shift()) throw new UserError('engine', 'lost');
      },
    };
  };
  async function looks(own: ReturnType<typeof engine>) {
    const { baseline } = await lookAtSinks(tree.context, NO_SETTINGS, tree.path);
    const facts = { repositories: [], guarded: [], masked: [], notices: [], baseline };
    const watched = { client: 'acme', box: 'box-1', project: tree.path, workspace: 'bind', facts } as const;
    return looker(tree.context, watched, { engine: own, id: 'id', tell: (line) => told.push(line) });
  }

  it('moves what appeared while the box stands still', async () => {
    const look = await looks(engine());
    await look();
    expect([calls, told]).toEqual([[], []]);
    tree.write('.envrc');
    await look();
    expect(calls).toEqual(['pause true', 'unpause false']);
    expect(told).toEqual(['.envrc appeared and was moved aside: direnv runs it when you enter the folder']);
  });

  it('does so too where the engine cannot pause, or the box has ended', async () => {
    const look = await looks(engine(false));
    tree.write('.envrc');
    await look();
    expect(calls).toEqual(['pause true']);
    const ended = await looks(engine(new UserError('box', 'it has ended')));
    tree.write('.envrc');
    await ended();
    expect(existsSync(join(tree.path, '.envrc'))).toBe(false);
  });

  it('lets the box go on, whatever happens', async () => {
    const look = await looks(engine(true, [true, true, false]));
    tree.write('.envrc');
    await look();
    expect(calls.filter((call) => call.startsWith('unpause'))).toHaveLength(3);
    const lost = await looks(engine(true, [true, true, true, true]));
    tree.write('.envrc');
    await lost();
    expect(told.at(-2)).toBe('the box is paused and does not go on: lost');
  });

  it('tells once of what the host has replaced', async () => {
    tree.write('.envrc');
    const look = await looks(engine());
    tree.write('new');
    renameSync(join(tree.path, 'new'), join(tree.path, '.envrc'));
    await look();
    await look();
    expect(told).toEqual([expect.stringContaining('WARNING: .envrc was replaced on this machine')]);
    expect(calls).toEqual([]);
  });

  it('says once what it cannot do, and never throws', async () => {
    const look = await looks(engine());
    tree.close();
    await look();
    await look();
    expect(told).toEqual([expect.stringMatching(/^cannot look after the project: /)]);
  });
});

describe('looks that are repeated', () => {
  let tree: TestTree;
  beforeEach(() => {
    tree = testTree();
  });
  afterEach(() => tree.close());

  it('come soon after a change, one at a time, and end', async () => {
    let running = 0;
    let most = 0;
    let count = 0;
    const look = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      count += 1;
      running -= 1;
    };
    const began = performance.now();
    const end = watchFolder({ folder: tree.path, look });
    for (let n = 0; count < 3 && n < 200; n += 1) {
      tree.write(`file${n}`);
      await sleep(20);
    }
    expect(count).toBeGreaterThanOrEqual(3);
    // Without the changes the third would come after three seconds.
    expect(performance.now() - began).toBeLessThan(2_500);
    await end();
    const after = count;
    await sleep(1_300);
    expect([count, most, running]).toEqual([after, 1, 0]);
  });
});
