import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentStateDir, pathsOf } from '../../../src/config/paths.ts';
import { exportClient } from '../../../src/state/exportClient.ts';
import { temporary, userError } from '../support/config.ts';
import { mountTmpfs } from '../support/root.ts';

async function withState() {
  const home = await temporary();
  const paths = pathsOf({}, home);
  const state = agentStateDir(paths, 'acme', 'claude');
  await mkdir(join(state, 'projects'), { recursive: true });
  await writeFile(join(state, 'projects/talk.jsonl'), 'hello\n');
  await writeFile(join(state, '.credentials.json'), 's3cret');
  await writeFile(join(home, 'outside'), 's3cret of the host');
  await symlink(join(home, 'outside'), join(state, 'link'));
  await symlink(home, join(state, 'folder-link'));
  execFileSync('/usr/bin/mkfifo', [join(state, 'pipe')]);
  return { home, paths, file: join(home, 'out.tar.gz') };
}

const listing = (file: string) => execFileSync('tar', ['tzf', file], { encoding: 'utf8' }).trim().split('\n').sort();

test('the state is in the archive, links as links, and nothing of the host', async () => {
  const { home, paths, file } = await withState();
  await exportClient(paths, 'acme', file, ['agents/claude/.credentials.json']);
  expect(listing(file)).toEqual([
    'acme/',
    'acme/agents/',
    'acme/agents/claude/',
    'acme/agents/claude/folder-link',
    'acme/agents/claude/link',
    'acme/agents/claude/projects/',
    'acme/agents/claude/projects/talk.jsonl',
  ]);
  const verbose = execFileSync('tar', ['tvzf', file], { encoding: 'utf8' });
  expect(verbose).toContain(`link -> ${join(home, 'outside')}`);
  const content = execFileSync('tar', ['xOzf', file, 'acme/agents/claude/projects/talk.jsonl'], { encoding: 'utf8' });
  expect(content).toBe('hello\n');
  expect(execFileSync('gzip', ['-dc', file], { encoding: 'latin1' })).not.toContain('s3cret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('logins are in the archive when nothing is left out', async () => {
  const { paths, file } = await withState();
  await exportClient(paths, 'acme', file, []);
  expect(listing(file)).toContain('acme/agents/claude/.credentials.json');
});

test('a file that is there is not overwritten', async () => {
  const { paths, file } = await withState();
  await writeFile(file, 'precious');
  expect((await userError(() => exportClient(paths, 'acme', file, []))).message).toBe(`${file} is there already`);
  expect(await readFile(file, 'utf8')).toBe('precious');
});

test('a client without state has nothing to export, and no file is made', async () => {
  const { paths, file } = await withState();
  expect((await userError(() => exportClient(paths, 'beta', file, []))).message).toBe('client beta has no state yet');
  await expect(access(file)).rejects.toThrow();
});

test('on a full disk no half archive stays', async ({ skip }) => {
  const { home, paths } = await withState();
  const folder = join(home, 'full');
  if (!mountTmpfs(folder, 'size=64k')) return skip('needs root and mount');
  await writeFile(join(agentStateDir(paths, 'acme', 'claude'), 'noise'), randomBytes(300_000));
  const error = await userError(() => exportClient(paths, 'acme', join(folder, 'a.tar.gz'), []));
  expect(error.why).toContain('the disk is full');
  await expect(access(join(folder, 'a.tar.gz'))).rejects.toThrow();
});
