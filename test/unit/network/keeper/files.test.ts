import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { boundedFile } from '../../../../src/network/keeper/boundedFile.ts';
import { connectKeeper, keeperSocket } from '../../../../src/network/keeper/client.ts';
import { onJsonLines } from '../../../../src/network/keeper/jsonLines.ts';
import { testContext } from '../../support/command.ts';
import { temporary, userError } from '../../support/config.ts';

test('a full file of lines moves aside, and only so many are kept', async () => {
  const dir = await temporary();
  const path = join(dir, 'log');
  const file = boundedFile(path, { limit: 100, keep: 2 });
  for (let number = 0; number < 20; number += 1) {
    file.write(`line ${number} ${'.'.repeat(30)}`);
    await file.flush();
  }
  expect((await readdir(dir)).sort()).toEqual(['log', 'log.1', 'log.2']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const all = await Promise.all(['log.2', 'log.1', 'log'].map((name) => readFile(join(dir, name), 'utf8')));
  expect(all.join('').match(/line \d+/g)).toEqual(['line 14', 'line 15', 'line 16', 'line 17', 'line 18', 'line 19']);
});

test('a link in the place of a log is not followed, and a full disk is no error', async () => {
  const dir = await temporary();
  const other = join(dir, 'other');
  await writeFile(other, 'mine');
  await symlink(other, join(dir, 'log'));
  const file = boundedFile(join(dir, 'log'), { limit: 100, keep: 1 });
  file.write('line');
  await file.flush();
  expect(await readFile(other, 'utf8')).toBe('mine');
});

test('the runtime directory is the caller’s alone, and short enough for a socket', async () => {
  const home = await temporary();
  const context = { ...testContext(home), env: { XDG_RUNTIME_DIR: home } };
  expect(keeperSocket(context, 'abcd0123')).toBe(join(home, 'agentbox', 'abcd0123.sock'));
  expect((await stat(join(home, 'agentbox'))).mode & 0o777).toBe(0o700);
  const deep = join(home, 'x'.repeat(90));
  await mkdir(deep);
  expect(keeperSocket({ ...context, env: { XDG_RUNTIME_DIR: deep, TMPDIR: deep } }, 'abcd0123')).not.toContain(deep);
});

test('a runtime directory that others may enter, or that is a link, is refused', async () => {
  const home = await temporary();
  const context = { ...testContext(home), env: { XDG_RUNTIME_DIR: home } };
  await mkdir(join(home, 'agentbox'));
  await chmod(join(home, 'agentbox'), 0o755);
  expect((await userError(() => keeperSocket(context, 'k'))).trouble).toBe('state');
  const linked = await temporary();
  await symlink(home, join(linked, 'agentbox'));
  expect((await userError(() => keeperSocket({ ...context, env: { XDG_RUNTIME_DIR: linked } }, 'k'))).trouble).toBe(
    'state',
  );
});

test('no keeper is no error: no socket, or one that nobody listens on', async () => {
  const dir = await temporary();
  expect(await connectKeeper(join(dir, 'none'))).toBeUndefined();
  await writeFile(join(dir, 'file'), '');
  expect(await connectKeeper(join(dir, 'file'))).toBeUndefined();
});

test('who does not answer, and who says what is no JSON, is told as gone', async () => {
  const dir = await temporary();
  const path = join(dir, 's');
  let rubbish = false;
  const server = createServer((socket) => {
    socket.on('data', () => rubbish && socket.write('rubbish\n'));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  const keeper = await connectKeeper(path, 100);
  expect((await userError(() => keeper?.ask({ op: 'show' }))).why).toMatch(/did not answer/);
  rubbish = true;
  expect((await userError(() => keeper?.ask({ op: 'show' }))).why).toMatch(/ended before it answered/);
  await keeper?.closed;
  expect((await userError(() => keeper?.ask({ op: 'show' }))).why).toMatch(/has ended/);
});

test('values come out of lines however they are cut', async () => {
  const stream = new PassThrough();
  const values: unknown[] = [];
  onJsonLines(stream, (value) => values.push(value));
  for (const part of ['{"a"', ':1}\n[', '2]\n"', 'x"\n']) stream.write(part);
  await new Promise((resolve) => setImmediate(resolve));
  expect(values).toEqual([{ a: 1 }, [2], 'x']);
});
