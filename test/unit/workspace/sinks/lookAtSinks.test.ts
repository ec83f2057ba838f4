import { existsSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtSinks } from '../../../../src/workspace/sinks/lookAtSinks.ts';
import { NO_SETTINGS, type TestTree, testTree } from './tree.ts';

describe('what is guarded and masked of a project', () => {
  let tree: TestTree;
  beforeEach(() => {
    tree = testTree();
    tree.git('init', '-q', '-b', 'main');
  });
  afterEach(() => tree.close());

  const look = (settings = {}) => lookAtSinks(tree.context, { ...NO_SETTINGS, ...settings }, tree.path);
  const guarded = async (settings = {}) => (await look(settings)).guarded.map(({ path, kind }) => `${kind} ${path}`);

  it('is what git does not track; a folder whole where git tracks nothing in it', async () => {
    tree.write('.envrc', 'a/.envrc', '.vscode/settings.json', '.vscode/tasks.json', '.idea/x', '.idea/y/z', '.zed/');
    tree.git('add', 'a/.envrc', '.vscode/settings.json');
    expect(await guarded()).toEqual(['file .envrc', 'directory .idea', 'file .vscode/tasks.json', 'directory .zed']);
  });

  it('goes by the repository in which a path lies', async () => {
    tree.write('sub/.envrc', 'sub/.npmrc', 'sub/.env');
    tree.git('init', '-q', 'sub');
    tree.git('-C', 'sub', 'add', '.envrc', '.env');
    const { guarded: found, masked, notices } = await look();
    expect([found.map(({ path }) => path), masked]).toEqual([['sub/.npmrc'], []]);
    expect(notices).toEqual(['sub/.env: not masked, because git tracks it']);
  });

  it('goes by the repository around a project that is a folder of one', async () => {
    tree.write('inner/.envrc', 'inner/.npmrc');
    tree.git('add', 'inner/.envrc');
    const { guarded: found } = await lookAtSinks(tree.context, NO_SETTINGS, join(tree.path, 'inner'));
    expect(found.map(({ path }) => path)).toEqual(['.npmrc']);
  });

  it('is more and less by the settings', async () => {
    tree.write('ci/run.sh', 'ci/x', '.envrc', 'a/.envrc', '.vscode/x', 'Makefile', '.env', '.env.test', 'k.pem');
    tree.git('add', '.');
    tree.git('rm', '-q', '--cached', '.envrc', '.vscode/x', '.env', '.env.test', 'k.pem');
    const settings = { protect: ['/ci', 'Makefile'], unprotect: ['.vscode'], mask: ['*.pem'], unmask: ['.env.test'] };
    expect(await guarded(settings)).toEqual(['file .envrc', 'file Makefile', 'directory ci']);
    expect((await look(settings)).masked).toEqual(['.env', 'k.pem']);
    expect(await guarded({ unprotect: ['**'] })).toEqual([]);
  });

  it('has what a link leads to in the place of the link', async () => {
    tree.write('real/envrc', 'real/secrets', 'real/tracked');
    tree.link('.envrc', 'real/envrc');
    tree.link('.env', 'real/secrets');
    tree.link('x/.envrc', '../real/tracked');
    tree.link('y/.envrc', '/etc/passwd');
    tree.link('z/.envrc', '../.git/config');
    tree.git('add', 'real/tracked');
    const { masked, baseline } = await look();
    expect([await guarded(), masked]).toEqual([['file real/envrc'], ['real/secrets']]);
    expect(baseline.present['.envrc']).toMatch(/^\d+:\d+$/);
  });

  it('has what the settings of git run', async () => {
    tree.write('hooks/pre-commit', 'tool/filter.sh', 'tool/other.sh', 'build', 'more.gitconfig', 'git/hook.sh');
    tree.git('config', 'core.hooksPath', 'hooks');
    tree.git('config', 'filter.x.clean', './tool/filter.sh --in %f');
    tree.git('config', 'alias.b', 'log build');
    tree.git('config', 'alias.c', '!sh tool/absent.sh');
    tree.git('config', 'include.path', '../more.gitconfig');
    tree.link('.git/hooks/pre-push', '../../git/hook.sh');
    expect(await guarded()).toEqual([
      'file git/hook.sh',
      'directory hooks',
      'file more.gitconfig',
      'file tool/filter.sh',
    ]);
    const { baseline } = await look();
    expect(baseline.named.map(({ path }) => path)).toContain('tool/absent.sh');
  });

  it('has what a manager of hooks is told to run, where git has its hook', async () => {
    tree.write('.pre-commit-config.yaml');
    expect(await guarded()).toEqual([]);
    writeFileSync(join(tree.path, '.git/hooks/pre-commit'), '#!/bin/sh\nexec pre-commit run\n');
    expect(await guarded()).toEqual(['file .pre-commit-config.yaml']);
  });

  it('has the settings of the user, too', async () => {
    tree.write('.githooks/pre-commit');
    writeFileSync(join(tree.context.paths.home, '.gitconfig'), '[core]\n\thooksPath = .githooks\n');
    expect(await guarded()).toEqual(['directory .githooks']);
  });

  it('runs nothing that a repository names', async () => {
    tree.write('.envrc');
    const canary = join(tree.path, '..', 'canary');
    for (const key of ['core.fsmonitor', 'core.pager', 'alias.ls-files', 'core.sshCommand']) {
      tree.git('config', key, `touch ${canary}; false`);
    }
    expect(await guarded()).toEqual(['file .envrc']);
    expect(existsSync(canary)).toBe(false);
  });

  it('warns of files with more than one link, and refuses them where that is asked for', async () => {
    tree.write('one', '.envrc');
    linkSync(join(tree.path, 'one'), join(tree.path, '..', 'outside'));
    linkSync(join(tree.path, '.envrc'), join(tree.path, '..', 'other'));
    const { notices } = await look();
    expect(notices).toEqual([
      '2 files of the project with more than one link: what the box writes there is written wherever else they lie',
      '.envrc: guarded, but a box may reach it by another link',
    ]);
    await expect(look({ strict: true })).rejects.toThrow('2 files with more than one link');
  });

  it('is nothing in a folder without anything', async () => {
    const { guarded: found, masked, notices } = await look();
    expect([found, masked, notices]).toEqual([[], [], []]);
  });
});
