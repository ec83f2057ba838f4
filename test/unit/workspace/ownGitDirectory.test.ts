import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ownGitDirectory } from '../../../src/workspace/git/ownGitDirectory.ts';
import { readRefs } from '../../../src/workspace/git/readRefs.ts';
import { readRepository } from '../../../src/workspace/git/readRepository.ts';
import { temporary } from '../support/config.ts';
import { commitFiles, git, makeRepository, put, tryGit } from './support.ts';

/** A box's git directory of the repository, and git in it on the same files; what git says on standard error fails the test. */
async function own(project: string, place = '') {
  const { repository } = await readRepository(project, place);
  if (repository === undefined) throw new Error('no repository');
  const path = join(await temporary(), 'own');
  // On the host its objects are where they are.
  await ownGitDirectory(repository, path, { alternates: repository.objects });
  const run = (...args: readonly string[]) => {
    const ended = tryGit(join(project, place), `--git-dir=${path}`, `--work-tree=${join(project, place)}`, ...args);
    expect(ended, `git ${args.join(' ')}`).toMatchObject({ status: 0, stderr: '' });
    return ended.stdout.trimEnd();
  };
  return { path, run };
}

describe('the git directory of a box', () => {
  it('has the same refs, index and files to commit as the host’s, and no object of its own', async () => {
    const project = makeRepository(await temporary(), { 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'x\n' });
    git(project, 'branch', 'side');
    git(project, 'pack-refs', '--all');
    git(project, 'tag', '-a', 'v1', '-m', 'v1');
    git(project, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/side');
    put(join(project, 'a.txt'), 'changed\n');
    put(join(project, 'b.txt'), 'staged\n');
    git(project, 'add', 'b.txt');
    put(join(project, '.git/info/exclude'), 'kept.out\n');
    put(join(project, 'kept.out'), '');
    const { path, run } = await own(project);
    for (const args of [
      ['status', '--porcelain', '-b'],
      ['for-each-ref'],
      ['ls-files', '-s'],
      ['log', '--all', '--format=%H'],
    ]) {
      expect(run(...args)).toBe(git(project, ...args));
    }
    expect(await readRefs(path)).toEqual(await readRefs(join(project, '.git')));
    expect(run('count-objects')).toBe('0 objects, 0 kilobytes');
    run('fsck', '--no-dangling', '--no-progress');
    const before = git(project, 'for-each-ref');
    run('commit', '-qam', 'in the box');
    run('gc', '-q');
    expect(git(project, 'for-each-ref')).toBe(before);
    expect(run('log', '--format=%s')).toBe('in the box\nfirst');
  });

  it('has nothing of what programs the host’s runs', async () => {
    const project = makeRepository(await temporary());
    put(join(project, '.git/hooks/pre-commit'), '#!/bin/sh\ntouch fired\n');
    git(project, 'config', 'core.fsmonitor', '/bin/false');
    git(project, 'config', 'remote.origin.url', 'https://me:hunter2@git.test/x');
    git(project, 'config', 'include.path', '../more');
    const { path, run } = await own(project);
    expect(await readdir(join(path, 'hooks'))).toEqual([]);
    expect(run('remote', '-v')).toBe('origin\thttps://git.test/x (fetch)\norigin\thttps://git.test/x (push)');
    const config = await readFile(join(path, 'config'), 'utf8');
    expect(config).not.toMatch(/hunter2|fsmonitor|include/);
  });

  it('works before the first commit, detached, with SHA-256, and shallow', async () => {
    const empty = await temporary();
    git(empty, 'init', '-q', '-b', 'trunk');
    put(join(empty, 'x'), 'x');
    const unborn = await own(empty);
    expect(unborn.run('status', '--porcelain', '-b')).toBe('## No commits yet on trunk\n?? x');
    unborn.run('add', 'x');
    unborn.run('commit', '-qm', 'x');

    const project = makeRepository(await temporary());
    commitFiles(project, { 'a.txt': 'b\n' }, 'second');
    git(project, 'checkout', '-q', '--detach');
    expect((await own(project)).run('status', '--porcelain', '-b')).toBe('## HEAD (no branch)');

    const sha256 = makeRepository(await temporary(), { a: 'a' }, '--object-format=sha256');
    const long = await own(sha256);
    expect(long.run('rev-parse', 'HEAD')).toMatch(/^[0-9a-f]{64}$/);
    put(join(sha256, 'a'), 'changed');
    long.run('commit', '-qam', 'b');

    const shallow = join(await temporary(), 'c');
    git('/', 'clone', '-q', '--depth=1', `file://${project}`, shallow);
    const cut = await own(shallow);
    expect(cut.run('log', '--format=%s')).toBe('second');
    cut.run('fsck', '--no-progress');
    cut.run('gc', '-q');
  });

  it('goes on with a merge, and leaves a stash, a bisect and a rebase to the host', async () => {
    const project = makeRepository(await temporary());
    git(project, 'checkout', '-qb', 'side');
    commitFiles(project, { 'a.txt': 'side\n' }, 'side');
    git(project, 'checkout', '-q', 'main');
    commitFiles(project, { 'a.txt': 'main\n', 'c.txt': 'c\n' }, 'main');
    put(join(project, 'c.txt'), 'stashed\n');
    git(project, 'stash', '-q');
    tryGit(project, 'merge', 'side');
    const { path, run } = await own(project);
    expect(run('status', '--porcelain')).toBe('UU a.txt');
    expect(run('stash', 'list')).toBe('');
    put(join(project, 'a.txt'), 'both\n');
    run('add', 'a.txt');
    run('commit', '-q', '--no-edit');
    expect(run('log', '-1', '--format=%p').split(' ')).toHaveLength(2);
    expect(existsSync(join(path, 'MERGE_HEAD'))).toBe(false);
    git(project, 'merge', '--abort');
    tryGit(project, 'rebase', 'side');
    const { notices, repository } = await readRepository(project, '');
    expect(notices).toEqual([expect.stringContaining('a rebase is in progress in')]);
    expect(repository?.place).toBe('');
  });

  it('copes with a split index, an untracked cache, a sparse checkout and a partial clone', async () => {
    const project = makeRepository(await temporary(), { 'a/x': 'x', 'b/y': 'y', top: 't' });
    git(project, 'config', 'uploadpack.allowFilter', 'true');
    const partial = join(await temporary(), 'p');
    git('/', 'clone', '-q', '--filter=blob:none', `file://${project}`, partial);
    const promised = await own(partial);
    expect(promised.run('status', '--porcelain')).toBe('');
    put(join(partial, 'top'), 'changed');
    promised.run('commit', '-qam', 'changed');
    promised.run('gc', '-q');
    git(project, 'update-index', '--split-index');
    git(project, 'config', 'core.untrackedCache', 'true');
    git(project, 'status');
    git(project, 'sparse-checkout', 'set', 'a');
    const { run } = await own(project);
    expect(run('status', '--porcelain')).toBe('');
    expect(run('sparse-checkout', 'list')).toBe('a');
    expect(existsSync(join(project, 'b'))).toBe(false);
  });

  it('sees what was changed in the very second in which the host’s index was written', async () => {
    const project = makeRepository(await temporary());
    // Until it was in one and the same second.
    for (let tries = 0; tries < 10; tries += 1) {
      put(join(project, 'a.txt'), 'one\n');
      git(project, 'add', 'a.txt');
      put(join(project, 'a.txt'), 'two\n');
      const [index, file] = [join(project, '.git/index'), join(project, 'a.txt')].map((path) => statSync(path).mtimeMs);
      if (Math.floor((index ?? 0) / 1000) === Math.floor((file ?? 0) / 1000)) break;
    }
    await setTimeout(1100);
    expect((await own(project)).run('status', '--porcelain')).toBe('MM a.txt');
  });

  it('is of the linked worktree, not of what it is linked to', async () => {
    const folder = await temporary();
    const main = makeRepository(join(folder, 'main'));
    git(main, 'worktree', 'add', '-q', '../linked', '-b', 'linked');
    put(join(folder, 'linked/new'), 'new');
    git(join(folder, 'linked'), 'add', 'new');
    const { run } = await own(join(folder, 'linked'));
    expect(run('status', '--porcelain', '-b')).toBe('## linked\nA  new');
    expect(run('branch', '--format=%(refname)')).toBe('refs/heads/linked\nrefs/heads/main');
    expect(run('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('follows no link in the host’s', async () => {
    const project = makeRepository(await temporary());
    const folder = await temporary();
    put(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(project, '.git/MERGE_MSG'));
    const { path } = await own(project);
    expect(existsSync(join(path, 'MERGE_MSG'))).toBe(false);
  });
});
