import { execFile } from 'node:child_process';
import { access, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { withLock } from '../../../src/state/lock.ts';
import { temporary, userError } from '../support/config.ts';
import { mountTmpfs } from '../support/root.ts';

const ADD_ONE = `
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { withLock } from '${new URL('../../../src/state/lock.ts', import.meta.url).pathname}';
for (let turn = 0; turn < 5; turn += 1) {
  await withLock(process.argv[2], async () => {
    const count = Number(readFileSync(process.argv[2], 'utf8'));
    await setTimeout(5);
    writeFileSync(process.argv[2], String(count + 1));
  });
}
`;

test('processes under one lock do not lose what another wrote', { timeout: 60_000 }, async () => {
  const folder = await temporary();
  const [script, counter] = [join(folder, 'add.mts'), join(folder, 'counter')];
  await writeFile(script, ADD_ONE);
  await writeFile(counter, '0');
  const run = promisify(execFile);
  await Promise.all(
    [1, 2, 3].map(() => run(process.execPath, ['--import', 'tsx', script, counter], { timeout: 50_000 })),
  );
  expect(await readFile(counter, 'utf8')).toBe('15');
});

test('a lock is let go when the work fails, and the failure comes out', async () => {
  const path = join(await temporary(), 'deep/a');
  await expect(withLock(path, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(await withLock(path, async () => 7, 100)).toBe(7);
  await expect(access(`${path}.lock`)).rejects.toThrow();
});

test('a lock that is held too long is told, with the way out', async () => {
  const path = join(await temporary(), 'a');
  await withLock(path, async () => {
    const error = await userError(() => withLock(path, async () => undefined, 200));
    expect(error.trouble).toBe('state');
    expect(error.message).toBe(`another agentbox is at work on ${path}`);
    expect(error.next.join()).toContain(`rmdir ${path}.lock`);
  });
});

test('whoever waits gets the lock when it is free', async () => {
  const path = join(await temporary(), 'a');
  const order: string[] = [];
  const first = withLock(path, async () => {
    await setTimeout(200);
    order.push('first');
  });
  await setTimeout(50);
  await withLock(path, async () => order.push('second'));
  await first;
  expect(order).toEqual(['first', 'second']);
});

test('the lock of a process that was killed is taken over', async () => {
  const path = join(await temporary(), 'a');
  await mkdir(`${path}.lock`);
  const past = new Date(Date.now() - 60_000);
  await utimes(`${path}.lock`, past, past);
  expect(await withLock(path, async () => 'mine', 100)).toBe('mine');
});

test('what no waiting mends is told at once', { timeout: 5000 }, async ({ skip }) => {
  const folder = join(await temporary(), 'frozen');
  if (!mountTmpfs(folder, 'size=64k,ro')) return skip('needs root and mount');
  expect((await userError(() => withLock(join(folder, 'a'), async () => 1))).why).toContain('read-only');
});
