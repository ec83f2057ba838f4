import { execFileSync } from 'node:child_process';
import { chmod, lchown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvFile } from '../../../src/config/readEnvFile.ts';
import { temporary, userError } from '../support/config.ts';

const uid = process.getuid?.() ?? 0;

async function envFile(text: string, mode: number): Promise<string> {
  const file = join(await temporary(), 'a.env');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

test.each([0o600, 0o400])('a file of mode %o is read', async (mode) => {
  expect(await readEnvFile(await envFile('A=1\n', mode), uid)).toEqual({ A: '1' });
});

test.each([0o640, 0o604, 0o644, 0o610, 0o666])('a file of mode %o is refused with the remedy', async (mode) => {
  const file = await envFile('A=1\n', mode);
  const error = await userError(() => readEnvFile(file, uid));
  expect(error.trouble).toBe('config');
  expect(error.next).toEqual([`chmod 600 ${file}`]);
});

test('a file of another user is refused', async () => {
  const file = await envFile('A=1\n', 0o600);
  expect((await userError(() => readEnvFile(file, uid + 1))).message).toContain('belongs to another user');
});

test.runIf(uid === 0)("root does not take another user's file for its own", async () => {
  const file = await envFile('A=1\n', 0o600);
  await lchown(file, 12345, 12345);
  expect((await userError(() => readEnvFile(file, 0))).message).toContain('belongs to another user');
});

test('a link, a folder, a pipe and a missing file are refused at once', { timeout: 5000 }, async () => {
  const folder = await temporary();
  await writeFile(join(folder, 'real'), 'A=1', { mode: 0o600 });
  await symlink(join(folder, 'real'), join(folder, 'link'));
  await mkdir(join(folder, 'folder'), { mode: 0o700 });
  execFileSync('/usr/bin/mkfifo', ['-m', '600', join(folder, 'pipe')]);
  const messages = await Promise.all(
    ['link', 'folder', 'pipe', 'missing'].map(
      async (name) => (await userError(() => readEnvFile(join(folder, name), uid))).message,
    ),
  );
  expect(messages.map((message) => message.replace(/^.*\//, ''))).toEqual([
    'link is a link',
    'folder is not a file',
    'pipe is not a file',
    'missing is not there',
  ]);
});

test('a broken line is told by its number, never quoted', async () => {
  const file = await envFile('A=1\nmy s3cret line\n', 0o600);
  const error = await userError(() => readEnvFile(file, uid));
  expect(error.message).toBe(`${file}:2 is not NAME=VALUE`);
});
