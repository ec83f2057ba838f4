import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRefs } from '../../../src/workspace/git/readRefs.ts';
import { isRefName } from '../../../src/workspace/git/refName.ts';
import { temporary, userError } from '../support/config.ts';
import { commitFiles, git, makeRepository, put, tryGit } from './support.ts';

const forEachRef = (path: string) =>
  Object.fromEntries(
    git(path, 'for-each-ref', '--format=%(refname) %(if)%(symref)%(then)ref: %(symref)%(else)%(objectname)%(end)')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );

describe('the refs of a git directory', () => {
  it('are those that git sees: loose over packed, tags, and what stands for another', async () => {
    const path = makeRepository(await temporary());
    git(path, 'branch', 'side');
    git(path, 'branch', 'a/b/c');
    git(path, 'tag', '-a', 'v1', '-m', 'v1');
    git(path, 'tag', 'ünï');
    git(path, 'pack-refs', '--all');
    commitFiles(path, { 'a.txt': 'b\n' }, 'second');
    git(path, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/side');
    const { head, refs } = await readRefs(join(path, '.git'));
    expect(head).toBe('ref: refs/heads/main');
    expect(refs).toEqual(forEachRef(path));
    expect(Object.keys(refs)).toHaveLength(6);
  });

  it('are none before the first commit, and a detached HEAD is an id', async () => {
    const folder = await temporary();
    git(folder, 'init', '-q', '-b', 'trunk');
    expect(await readRefs(join(folder, '.git'))).toEqual({ head: 'ref: refs/heads/trunk', refs: {} });
    commitFiles(folder, { a: 'a' }, 'a');
    git(folder, 'checkout', '-q', '--detach');
    expect((await readRefs(join(folder, '.git'))).head).toBe(git(folder, 'rev-parse', 'HEAD'));
  });

  it('leave out what is no ref: links, pipes, locks, rubbish', async () => {
    const folder = await temporary();
    const path = makeRepository(join(folder, 'r'));
    const id = git(path, 'rev-parse', 'HEAD');
    const heads = join(path, '.git/refs/heads');
    await writeFile(join(folder, 'outside'), id);
    await symlink(join(folder, 'outside'), join(heads, 'link'));
    await symlink(folder, join(heads, 'folder'));
    await writeFile(join(heads, 'x.lock'), id);
    await writeFile(join(heads, 'rubbish'), 'rubbish');
    await writeFile(join(heads, 'sp ace'), id);
    execFileSync('mkfifo', [join(heads, 'pipe')]);
    expect((await readRefs(join(path, '.git'))).refs).toEqual({ 'refs/heads/main': id });
  });

  it('are refused where there is no end of them, or a folder leads out', async () => {
    const folder = await temporary();
    const path = makeRepository(join(folder, 'r'));
    const dir = join(path, '.git');
    await truncate(join(dir, 'refs/heads/main'), 1 << 20);
    expect((await userError(() => readRefs(dir))).trouble).toBe('refused');
    await mkdir(join(dir, 'refs/heads', 'd/'.repeat(60)), { recursive: true });
    await writeFile(join(dir, 'refs/heads/main'), git(path, 'hash-object', '-t', 'commit', '/dev/null', '--literally'));
    expect((await userError(() => readRefs(dir))).why).toContain('too many');
    put(join(folder, 'elsewhere/x'), '0'.repeat(40));
    await rename(join(dir, 'refs'), join(folder, 'refs'));
    await symlink(join(folder, 'elsewhere'), join(dir, 'refs'));
    expect((await userError(() => readRefs(dir))).trouble).toBe('refused');
  });

  it('have names as git takes them', () => {
    const names = ['refs/heads/main', 'refs/heads/a.b', 'refs/heads/@', 'refs/heads/ü', 'refs/heads/-x', 'refs/stash'];
    const wrong = [
      'a..b',
      '.a',
      'a.lock',
      'a.lock/b',
      'a/',
      'a.',
      'a b',
      'a~',
      'a^',
      'a:',
      'a?',
      'a*',
      'a[',
      'a\\b',
      'a@{b',
      'a//b',
      'a/.b',
      'a\x7f',
      'a\n',
    ];
    for (const name of [...names, ...wrong.map((part) => `refs/heads/${part}`)]) {
      const { status } = tryGit('/', 'check-ref-format', name);
      expect([name, isRefName(name)]).toEqual([name, status === 0]);
    }
    expect(['HEAD', 'main', 'config'].filter(isRefName)).toEqual([]);
  });
});
