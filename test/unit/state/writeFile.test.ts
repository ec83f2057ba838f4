import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeState } from '../../../src/state/writeFile.ts';
import { temporary, userError } from '../support/config.ts';
import { asUser, isRoot, mountTmpfs } from '../support/root.ts';

test('a file is written with its mode, whatever the umask, and its folder made', async () => {
  const folder = await temporary();
  const before = process.umask(0o277);
  try {
    await writeState(join(folder, 'new/deep/a'), 'text');
    await writeState(join(folder, 'b'), new Uint8Array([1, 2]), 0o644);
  } finally {
    process.umask(before);
  }
  expect(await readFile(join(folder, 'new/deep/a'), 'utf8')).toBe('text');
  expect((await stat(join(folder, 'new/deep/a'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'b'))).mode & 0o777).toBe(0o644);
});

test('a file is replaced, also by many at once, and nothing is left beside it', async () => {
  const folder = await temporary();
  const file = join(folder, 'a');
  await writeFile(file, 'old', { mode: 0o666 });
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
  await Promise.all(texts.map((text) => writeState(file, text)));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(folder)).toEqual(['a']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('on a full disk the old file stays whole, and the error says what to do', async ({ skip }) => {
  const folder = join(await temporary(), 'full');
  if (!mountTmpfs(folder, 'size=64k')) return skip('needs root and mount');
  const file = join(folder, 'a');
  await writeState(file, 'old');
  // A part of this fits, which a single write reports as success.
  for (const data of ['x'.repeat(100_000), Buffer.alloc(100_000)]) {
    const error = await userError(() => writeState(file, data));
    expect([error.trouble, error.message]).toEqual(['state', `cannot write ${file}`]);
    expect(error.why).toContain('the disk is full');
    expect(error.next[0]).toContain('make room');
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a']);
  }
});

test('on a read-only file system the error says so', async ({ skip }) => {
  const folder = join(await temporary(), 'frozen');
  if (!mountTmpfs(folder, 'size=64k,ro')) return skip('needs root and mount');
  const error = await userError(() => writeState(join(folder, 'a'), 'x'));
  expect(error.why).toContain('read-only');
});

test("in another user's folder the error says that permission is denied", async ({ skip }) => {
  if (!isRoot) return skip('needs root, to be two users');
  const folder = await temporary();
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'mine'), { mode: 0o755 });
  const error = await asUser(65534, () => userError(() => writeState(join(folder, 'mine/a'), 'x')));
  expect(error.why).toContain('permission denied');
});

test('a file in the place of the folder is told', async () => {
  const folder = await temporary();
  await writeFile(join(folder, 'file'), '');
  expect((await userError(() => writeState(join(folder, 'file/a'), 'x'))).trouble).toBe('state');
});
