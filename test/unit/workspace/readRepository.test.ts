import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRepositories } from '../../../src/workspace/git/findRepositories.ts';
import { lookAtRepositories } from '../../../src/workspace/git/lookAtRepositories.ts';
import { readRepository } from '../../../src/workspace/git/readRepository.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { git, makeRepository, put } from './support.ts';

const repositoryOf = async (project: string, place = '') => (await readRepository(project, place)).repository;
const lookAt = (path: string) => lookAtRepositories(profile(), { path });

describe('what lies at a .git', () => {
  it('is a directory, or a file of a linked worktree or a submodule', async () => {
    const folder = await temporary();
    const lib = makeRepository(join(folder, 'lib'));
    const main = makeRepository(join(folder, 'main'));
    git(main, 'submodule', '--quiet', 'add', lib, 'deep/sub');
    git(main, 'worktree', 'add', '-q', '../linked');
    const dir = join(main, '.git');
    const objects = [join(dir, 'objects')];
    expect(await repositoryOf(main)).toMatchObject({
      place: '',
      dotGit: 'directory',
      gitDir: dir,
      commonDir: dir,
      objects,
    });
    expect(await repositoryOf(join(folder, 'linked'))).toMatchObject({
      ...{ dotGit: 'file', gitDir: join(dir, 'worktrees/linked'), commonDir: dir, objects },
    });
    const module = join(dir, 'modules/deep/sub');
    expect(await repositoryOf(main, 'deep/sub')).toMatchObject({
      ...{ place: 'deep/sub', dotGit: 'file', gitDir: module, commonDir: module },
    });
    // The submodule as a project of its own: the way out is noted on the other side.
    expect(await repositoryOf(join(main, 'deep/sub'))).toMatchObject({ gitDir: module });
  });

  it('borrows objects from others, and they from others', async () => {
    const folder = await temporary();
    const one = makeRepository(join(folder, 'one'));
    git('/', 'clone', '-q', '--shared', one, join(folder, 'two ü'));
    git('/', 'clone', '-q', '--shared', join(folder, 'two ü'), join(folder, 'three'));
    put(
      join(folder, 'three/.git/objects/info/alternates'),
      '# a comment\n../../../two ü/.git/objects\n"../gone\\303\\274"\n',
    );
    const objects = ['three', 'two ü', 'one'].map((name) => join(folder, name, '.git/objects'));
    expect(await repositoryOf(join(folder, 'three'))).toMatchObject({ objects, borrowing: objects.slice(0, 2) });
    const { notices } = await readRepository(join(folder, 'three'), '');
    expect(notices).toEqual(objects.slice(1).map((path) => expect.stringContaining(`can read ${path}, from which`)));
    await rename(join(folder, 'one'), join(folder, 'gone"ü'));
    put(join(folder, 'two ü/.git/objects/info/alternates'), '"../../../gone\\"\\303\\274/.git/objects"\n');
    expect((await repositoryOf(join(folder, 'three')))?.objects.at(-1)).toBe(join(folder, 'gone"ü/.git/objects'));
  });

  it('is refused when a file leads out of the project to what does not know of it', async () => {
    const folder = await temporary();
    const victim = makeRepository(join(folder, 'victim'));
    git(victim, 'worktree', 'add', '-q', '../linked');
    const project = join(folder, 'project');
    for (const target of [join(victim, '.git'), join(victim, '.git/worktrees/linked')]) {
      put(join(project, '.git'), `gitdir: ${target}\n`);
      expect((await userError(() => repositoryOf(project))).why).toContain('a box could have written that file');
    }
    // By what a box can write in the project alone.
    put(join(project, 'fake/HEAD'), 'ref: refs/heads/main\n');
    put(join(project, 'fake/commondir'), join(victim, '.git'));
    put(join(project, 'fake/gitdir'), join(project, '.git'));
    put(join(project, '.git'), 'gitdir: fake\n');
    expect((await userError(() => repositoryOf(project))).trouble).toBe('refused');
    const apart = join(folder, 'apart');
    git('/', 'init', '-q', `--separate-git-dir=${join(folder, 'store')}`, apart);
    const { next } = await userError(() => repositoryOf(apart));
    expect(next[0]).toContain(`git config --file ${folder}/store/config core.worktree ${apart}`);
    git('/', 'config', '--file', join(folder, 'store/config'), 'core.worktree', apart);
    expect(await repositoryOf(apart)).toMatchObject({ dotGit: 'file', gitDir: join(folder, 'store') });
  });

  it('is refused as a link, as reftable and with what nobody knows', async () => {
    const folder = await temporary();
    const project = makeRepository(join(folder, 'project'));
    git(project, 'config', 'extensions.refStorage', 'reftable');
    expect(await userError(() => repositoryOf(project))).toMatchObject({ why: expect.stringContaining('reftable') });
    git(project, 'config', '--unset', 'extensions.refStorage');
    git('/', 'config', '--file', join(project, '.git/config'), 'extensions.tomorrow', 'true');
    expect((await userError(() => repositoryOf(project))).why).toContain('extensions.tomorrow');
    put(join(project, '.git/config'), '[core\n');
    expect((await userError(() => repositoryOf(project))).message).toContain('cannot read');
    await rename(join(project, '.git'), join(folder, 'elsewhere'));
    await symlink('../elsewhere', join(project, '.git'));
    expect((await userError(() => repositoryOf(project))).message).toContain('is a symbolic link');
  });

  it('is guarded and told when it is broken', async () => {
    const project = makeRepository(await temporary());
    await rm(join(project, '.git/HEAD'));
    expect(await readRepository(project, '')).toEqual({
      guarded: { path: '.git', kind: 'directory', reason: expect.any(String) },
      notices: [expect.stringContaining('.git is no repository')],
    });
    for (const content of ['', 'rubbish', 'gitdir: ', 'gitdir: nowhere\n', `gitdir: ${'x'.repeat(5000)}`]) {
      put(join(project, 'sub/.git'), content);
      expect((await readRepository(project, 'sub')).guarded).toMatchObject({ path: 'sub/.git', kind: 'file' });
    }
    const other = makeRepository(join(project, 'other'));
    await rm(join(other, '.git/objects'), { recursive: true });
    await symlink('nowhere', join(other, '.git/objects'));
    expect((await readRepository(project, 'other')).guarded).toMatchObject({ path: 'other/.git', kind: 'directory' });
  });
});

describe('the repositories of a project', () => {
  it('are found wherever they are, and no link is followed', async () => {
    const folder = await temporary();
    const project = makeRepository(join(folder, 'project'));
    makeRepository(join(project, 'node_modules/x'));
    makeRepository(join(project, 'a/b/c'));
    makeRepository(join(folder, 'other'));
    put(join(project, '.git/modules/y/.git'), '');
    await symlink(join(folder, 'other'), join(project, 'other'));
    expect(await findRepositories(project)).toEqual({ places: ['', 'a/b/c', 'node_modules/x'], closed: [] });
    const { repositories, guarded, notices } = await lookAt(project);
    expect(repositories.map(({ place }) => place)).toEqual(['', 'a/b/c', 'node_modules/x']);
    expect({ guarded, notices }).toEqual({ guarded: [], notices: [] });
  });

  it('are none in a plain folder, and a git directory is no project', async () => {
    const folder = await temporary();
    expect(await lookAt(folder)).toEqual({ repositories: [], guarded: [], notices: [] });
    makeRepository(join(folder, 'r'));
    await mkdir(join(folder, 'bare'));
    git(join(folder, 'bare'), 'init', '-q', '--bare');
    for (const path of ['r/.git', 'r/.git/refs', 'bare']) {
      expect((await userError(() => lookAt(join(folder, path)))).message).toContain('is a git directory');
    }
  });
});
