import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesIn } from '../../../../src/workspace/sinks/appeared.ts';
import { lookAtSinks } from '../../../../src/workspace/sinks/lookAtSinks.ts';
import { NO_SETTINGS, type TestTree, testTree } from './tree.ts';

describe('what has appeared in a project', () => {
  let tree: TestTree;
  beforeEach(() => {
    tree = testTree();
    tree.git('init', '-q', '-b', 'main');
  });
  afterEach(() => tree.close());

  /** Looks, lets something happen, and looks again. */
  async function changed(act: () => void, settings = {}) {
    const { baseline } = await lookAtSinks(tree.context, { ...NO_SETTINGS, ...settings }, tree.path);
    act();
    // As it is kept between two commands.
    return changesIn(tree.context, tree.path, JSON.parse(JSON.stringify(baseline)));
  }
  const appeared = async (act: () => void, settings = {}) =>
    (await changed(act, settings)).appeared.map(({ path, kind }) => `${kind} ${path}`);

  it('is nothing where nothing happened', async () => {
    tree.write('.envrc', '.vscode/x', 'sub/.git/HEAD', 'bare/HEAD', 'bare/objects/', 'bare/refs/');
    tree.link('.idea', 'nowhere');
    expect(await changed(() => {})).toEqual({ appeared: [], replaced: [], complete: true });
  });

  it('is each sink, a new folder whole, and repositories of all kinds', async () => {
    tree.write('.claude/settings.json');
    const act = () => {
      tree.write('.envrc', '.vscode/tasks.json', '.vscode/deep/x', '.claude/settings.local.json', '.idea/');
      tree.write('new/.git/HEAD', 'bare/HEAD', 'bare/objects/', 'bare/refs/', 'package.json', '.env', 'a/.GIT/x');
      tree.link('.zed', 'new');
    };
    expect(await appeared(act)).toEqual([
      'sink .claude/settings.local.json',
      'sink .envrc',
      'sink .vscode',
      'sink .zed',
      'repository a/.GIT',
      'repository bare/HEAD',
      'repository new/.git',
    ]);
  });

  it('is not what git tracks, wherever it was before', async () => {
    tree.write('.envrc', '.vscode/settings.json');
    tree.git('add', '-f', '.');
    tree.git('commit', '-qm', 'x');
    rmSync(join(tree.path, '.envrc'));
    const act = () => {
      tree.write('.envrc', '.vscode/settings.json');
      tree.git('add', '-f', '.');
    };
    expect(await appeared(act)).toEqual([]);
  });

  it('asks no repository that was not there before', async () => {
    const act = () => {
      tree.write('sub/.envrc');
      tree.git('init', '-q', 'sub');
      tree.git('-C', 'sub', 'add', '.envrc');
    };
    expect(await appeared(act)).toEqual(['sink sub/.envrc', 'repository sub/.git']);
  });

  it('has the project’s own repository among it, where it had none', async () => {
    rmSync(join(tree.path, '.git'), { recursive: true });
    const act = () => {
      tree.write('.envrc');
      tree.git('init', '-q');
      tree.git('add', '.envrc');
    };
    expect(await appeared(act)).toEqual(['sink .envrc', 'repository .git']);
  });

  it('is a link that is another one now, but no link that git tracks', async () => {
    tree.link('.vscode', 'one');
    tree.link('.idea', 'one');
    tree.git('add', '-f', '.idea');
    const act = () => {
      for (const name of ['.vscode', '.idea']) {
        tree.link('other', 'two');
        renameSync(join(tree.path, 'other'), join(tree.path, name));
      }
    };
    expect(await appeared(act)).toEqual(['sink .vscode']);
  });

  it('is what the settings of git name and was not there, and what the user protects', async () => {
    tree.git('config', 'core.hooksPath', 'hooks');
    const act = () => tree.write('hooks/pre-commit', 'x.secret', 'ci/run');
    expect(await appeared(act, { protect: ['*.secret', 'ci'] })).toEqual([
      'sink ci/run',
      'sink hooks',
      'sink x.secret',
    ]);
  });

  it('is not what the user gives free', async () => {
    const act = () => tree.write('.envrc', '.vscode/x', 'sub/.git/HEAD');
    expect(await appeared(act, { unprotect: ['.vscode', 'sub'] })).toEqual(['sink .envrc']);
    expect(await appeared(() => tree.write('.npmrc'), { unprotect: ['**'] })).toEqual([]);
  });

  it('is not what the host writes into a folder that no box can write', async () => {
    tree.write('.vscode/settings.json');
    expect(await changed(() => tree.write('.vscode/tasks.json'))).toMatchObject({ appeared: [], replaced: [] });
  });

  it('tells of guarded and masked paths that are another file now, or gone', async () => {
    tree.write('.envrc', '.npmrc', '.env', '.yarnrc');
    const changes = await changed(() => {
      writeFileSync(join(tree.path, '.yarnrc'), 'the same file');
      tree.write('new');
      renameSync(join(tree.path, 'new'), join(tree.path, '.envrc'));
      tree.write('new');
      renameSync(join(tree.path, 'new'), join(tree.path, '.env'));
      rmSync(join(tree.path, '.npmrc'));
    });
    expect(changes).toMatchObject({ appeared: [], replaced: ['.envrc', '.npmrc', '.env'] });
  });
});
