import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';

const IDENTITY = 'git config user.email agent@box.test; git config user.name agent';

describe.each(grounds().map((ground) => [ground.name, ground] as const))('commits of a box on %s', (_, ground) => {
  let lab: Lab;

  beforeEach(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });

  afterEach(() => lab?.close());

  const box = (script: string, dir = '.') =>
    lab.agentbox(['run', dir, ...ground.flags, '--', 'bash', '-ec', `${IDENTITY}\n${script}`]);
  const workspaces = () => join(lab.data, 'clients/default/workspaces');
  const records = () => (existsSync(workspaces()) ? readdirSync(workspaces()) : []);
  const log = (ref = 'HEAD') => lab.git('log', '--format=%s', ref).trim().split('\n');

  it('come to the branch that is checked out, with HEAD, index and the owner as git on the host would have them', async () => {
    const ended = await box(
      'echo one >> greeting.txt; git commit -qam one; echo two > two.txt; git add .; git commit -qm two',
    );
    expect(ended, ended.stderr).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('agentbox: 2 commits on main came back\n'),
    });
    expect(log()).toEqual(['two', 'one', 'first']);
    expect(lab.git('status', '--porcelain')).toBe('');
    expect(lab.git('reflog', '-1', '--format=%gs')).toMatch(/^agentbox: /);
    expect(records()).toEqual([]);
    const foreign = spawnSync('find', [lab.project, '!', '-uid', `${ground.owner.uid}`], { encoding: 'utf8' });
    expect(foreign.stdout).toBe('');
    expect(existsSync(join(lab.project, '.git/index.lock'))).toBe(false);
    expect(statSync(join(lab.project, '.git/index')).mode & 0o777).toBe(0o644);
    expect(lab.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('of a day with branches, a rebase, an amended commit, tags and a stash are all there', async () => {
    const ended = await box(`
      echo a > a.txt; git add .; git commit -qm a; git commit -q --amend -m 'a, better'
      git checkout -qb feature; echo f > f.txt; git add .; git commit -qm f; git tag -a v1 -m v1; git tag light
      git checkout -q main; echo b > b.txt; git add .; git commit -qm b; git checkout -q feature; git rebase -q main
      git branch gone; git branch -qd gone
      echo wip > f.txt; git stash -q; echo staged > staged.txt; git add staged.txt`);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(log('main')).toEqual(['b', 'a, better', 'first']);
    expect(log('feature')).toEqual(['f', 'b', 'a, better', 'first']);
    expect(lab.git('symbolic-ref', 'HEAD')).toBe('refs/heads/feature\n');
    expect(lab.git('tag', '-l')).toBe('light\nv1\n');
    expect(lab.git('cat-file', '-t', 'v1')).toBe('tag\n');
    expect(lab.git('stash', 'show', '-p')).toContain('+wip');
    expect(lab.git('status', '--porcelain')).toBe('A  staged.txt\n');
  });
});
