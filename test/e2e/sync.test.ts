import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneGround } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';

const IDENTITY =
  'export GIT_AUTHOR_NAME=agent GIT_AUTHOR_EMAIL=a@box.test GIT_COMMITTER_NAME=agent GIT_COMMITTER_EMAIL=a@box.test';

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('commits of a box on %s', (_, ground) => {
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

  it('cost nothing where there are none, and leave nothing', async () => {
    const before = lab.git('reflog');
    const ended = await box('git status --short; git log --oneline | wc -l');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: expect.not.stringContaining('came back') });
    expect(lab.git('reflog')).toBe(before);
    expect(records()).toEqual([]);
  });

  it('come by agentbox sync while the box runs, and relative to that again', async () => {
    const started = await lab.agentbox(['run', '--detach', '.', ...ground.flags, '--', 'sleep', '300']);
    expect(started, started.stderr).toMatchObject({ code: 0 });
    const name = started.stdout.trim();
    const commit = async (words: string) => {
      const script = `${IDENTITY}; echo ${words} >> greeting.txt; git commit -qam '${words}'`;
      const ended = await lab.agentbox(['exec', name, ...ground.flags.slice(0, 2), '--', 'bash', '-ec', script]);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
    };
    const sync = (args: readonly string[]) => lab.agentbox(['sync', ...args]);
    await commit('one');
    expect(await sync([])).toMatchObject({ code: 0, stdout: '1 commit on main came back\n' });
    expect(await sync([name])).toMatchObject({ code: 0, stdout: '', stderr: 'nothing new\n' });
    await commit('two');
    const json = await sync(['--json', name.slice(name.lastIndexOf('-') + 1)]);
    expect(JSON.parse(json.stdout)).toEqual([
      {
        ...{ box: name, client: 'default', project: lab.project, repository: '' },
        ...{ ref: 'refs/heads/main', to: 'refs/heads/main', commits: 1 },
        ...{ from: lab.git('rev-parse', 'HEAD~1').trim(), id: lab.git('rev-parse', 'HEAD').trim() },
      },
    ]);
    lab.git('-c', 'user.name=o', '-c', 'user.email=o@o', 'commit', '-q', '--allow-empty', '-m', 'theirs');
    await commit('three');
    await lab.agentbox(['stop', name, ...ground.flags.slice(0, 2)]);
    // What the box did after the last sync is taken in by whatever command comes next.
    const next = await lab.agentbox(['ls', ...ground.flags.slice(0, 2)]);
    expect(next.stderr).toContain('1 commit on main came back as agentbox/main-');
    expect(log()).toEqual(['theirs', 'two', 'one', 'first']);
    expect(records()).toEqual([]);
    expect(await sync(['nobody'])).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('there is no box nobody'),
    });
  });

  it('come after the launcher was killed, before the next run begins', async () => {
    const running = lab.start([
      'run',
      '.',
      ...ground.flags,
      '--',
      'bash',
      '-ec',
      `${IDENTITY}; echo x >> greeting.txt; git commit -qam killed; echo done; sleep 3`,
    ]);
    await new Promise<void>((resolve) =>
      running.stdout?.on('data', (chunk) => String(chunk).includes('done') && resolve()),
    );
    running.kill('SIGKILL');
    const alive = () => lab.engine(['ps', '-q', '--filter', `label=dev.agentbox.project=${lab.project}`]);
    await expect.poll(alive, { timeout: 20_000 }).toBe('');
    const ended = await box('git log -1 --format=%s');
    expect(ended, ended.stderr).toMatchObject({
      code: 0,
      stdout: 'killed\n',
      stderr: expect.stringContaining('1 commit on main came back'),
    });
    expect(log()).toEqual(['killed', 'first']);
    expect(lab.git('status', '--porcelain')).toBe('');
    expect(records()).toEqual([]);
  });

  it('come to a linked worktree and to nested repositories, each to its own', async () => {
    const tree = join(lab.project, '../tree');
    lab.git('worktree', 'add', '-q', '-b', 'linked', tree);
    lab.git('init', '-q', '-b', 'main', join(tree, 'nested'));
    const ended = await box(
      'echo l >> greeting.txt; git commit -qam linked; cd nested; echo n > n; git add n; git commit -qm nested',
      tree,
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('agentbox: 1 commit on linked came back\n');
    expect(ended.stderr).toContain('agentbox: 1 commit on main came back (nested)\n');
    expect(log('linked')).toEqual(['linked', 'first']);
    expect(log('main')).toEqual(['first']);
    expect(lab.git('-C', tree, 'status', '--porcelain')).toBe('?? nested/\n');
    expect(lab.git('-C', join(tree, 'nested'), 'status', '--porcelain')).toBe('');
  });
});
