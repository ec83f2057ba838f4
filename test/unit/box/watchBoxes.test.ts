import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { joinBox } from '../../../src/box/joined/presence.ts';
import { watchBoxes } from '../../../src/box/watcher/watchBoxes.ts';
import type { Context } from '../../../src/context.ts';
import type { BoxInfo, Engine } from '../../../src/engine/engine.ts';
import { allRecords, writeRecord } from '../../../src/workspace/record.ts';
import { lookAtSinks } from '../../../src/workspace/sinks/lookAtSinks.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';
import { NO_SETTINGS, testTree } from '../workspace/sinks/tree.ts';

const SHOP: BoxInfo = {
  ...{ id: 'abc', name: 'shop', image: '', labels: {}, state: 'running', exitCode: undefined, created: '' },
};

/** A project that a box shares, and its `.envrc`, which is not there yet. */
async function shared(boxes: Engine['boxes']) {
  const tree = testTree();
  onTestFinished(() => tree.close());
  const runtime = await temporary();
  mkdirSync(join(runtime, 'agentbox'), { mode: 0o700 });
  // Only what a watcher asks of an engine; real ones are in test/e2e/boxes.test.ts.
  const engine = {
    kind: 'docker',
    boxes,
    ...{ pause: async () => true, unpause: async () => {} },
  } as unknown as Engine;
  const env = { ...tree.context.env, XDG_RUNTIME_DIR: runtime };
  const context: Context = { ...testContext(runtime), ...tree.context, env, engine: async () => engine };
  const { baseline } = await lookAtSinks(tree.context, NO_SETTINGS, tree.path);
  await writeRecord(context.paths, {
    ...{
      format: 1,
      box: 'shop',
      client: 'acme',
      agent: 'shell',
      project: tree.path,
      workspace: 'bind',
      engine: 'docker',
    },
    ...{ user: { uid: 1, gid: 1, keepId: false }, target: '/workspace', started: '2026-01-01T00:00:00Z', starts: [] },
    facts: { repositories: [], guarded: [], masked: [], notices: [], baseline },
  });
  return { tree, engine, context, envrc: join(tree.path, '.envrc') };
}

it('looks after a project while nobody is joined to its box, takes its work in at the end, and ends then', {
  timeout: 20_000,
}, async () => {
  let boxes: readonly BoxInfo[] = [SHOP];
  const { tree, engine, context, envrc } = await shared(async () => boxes);

  const joined = await joinBox(context, 'abc', undefined);
  const watching = watchBoxes(context, 'acme', engine, { look: 20, grace: 1 });
  tree.write('.envrc');
  await sleep(1500);
  expect(existsSync(envrc)).toBe(true);
  await joined.leave();
  await expect.poll(() => existsSync(envrc), { timeout: 10_000 }).toBe(false);
  tree.write('.npmrc');
  boxes = [];
  await watching;
  // Moved aside at the latest by the look at its end, and kept for its review.
  expect(existsSync(join(tree.path, '.npmrc'))).toBe(false);
  expect(await allRecords(context.paths)).toMatchObject([{ box: 'shop', looked: true }]);
});

it('leaves a project alone whose box may have ended with the one who was joined to it', {
  timeout: 20_000,
}, async () => {
  let asked = 0;
  let answer: (boxes: readonly BoxInfo[]) => void = () => {};
  const { tree, engine, context, envrc } = await shared(async () => {
    asked += 1;
    if (asked === 2) return new Promise((resolve) => (answer = resolve));
    return asked === 1 ? [SHOP] : [];
  });
  const joined = await joinBox(context, 'abc', undefined);
  const watching = watchBoxes(context, 'acme', engine, { look: 20, grace: 1 });
  await expect.poll(() => asked, { timeout: 5_000 }).toBe(2);
  await joined.leave();
  tree.write('.envrc');
  await sleep(2500);
  expect(existsSync(envrc)).toBe(true);
  answer([]);
  await watching;
});
