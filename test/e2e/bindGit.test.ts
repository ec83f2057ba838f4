import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionGrounds } from './support/engines.ts';
import { hostsOwn } from './support/gitTree.ts';
import { type Lab, makeLab } from './support/lab.ts';

/** What developers do all day, quietly; a line on standard error is noise. */
const EVERYDAY = `
set -e
git status --short --branch
git config user.email agent@box.test; git config user.name agent
echo one >> greeting.txt; git add -A; git commit -qm one
git branch side; git checkout -qb feature
echo two > two.txt; git add two.txt; git commit -qm two
git checkout -q main; echo three > three.txt; git add .; git commit -qm three
git checkout -q feature; git rebase -q main
git checkout -q main; git merge -q --no-edit feature; git branch -qd feature
echo wip >> two.txt; git stash -q; git stash pop -q; git checkout -q two.txt
git tag -a v1 -m v1; git tag light
git init -q --bare /tmp/remote.git -b main
git remote add box /tmp/remote.git; git push -qu box main; git fetch -q box; git pull -q
git cherry-pick --keep-redundant-commits HEAD~1 >/dev/null 2>&1 || git cherry-pick --abort
git gc -q; git fsck --no-dangling --no-progress; git count-objects -v >/dev/null
git reset -q --hard HEAD; git reflog >/dev/null; git clean -fdq
git worktree list; git log --oneline | wc -l
`;

/** Plants what git on the host would run: a hook, a watcher, a filter; CANARY is where each of them writes. */
const PLANT = (canary: string) => `
set -e
cd /workspace
printf '#!/bin/sh\\necho hook >> ${canary}\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
printf '#!/bin/sh\\necho watcher >> ${canary}\\n' > watch; chmod +x watch
git config core.fsmonitor "$PLANTED/watch"
git config filter.planted.clean 'echo filter >> ${canary}; cat'
echo 'filtered.txt filter=planted' >> .gitattributes
echo text > filtered.txt
`;

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'git in a bound project on %s',
  (_, ground) => {
    let lab: Lab;

    beforeEach(() => {
      lab = makeLab(ground);
      lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
    });

    afterEach(() => lab?.close());

    const box = (script: string, dir = '.', flags: readonly string[] = []) =>
      lab.agentbox([
        'run',
        dir,
        ...flags,
        ...ground.flags,
        '--',
        'bash',
        '-c',
        `exec 2>/tmp/err; (${script}\n); code=$?; echo "-- $code"; cat /tmp/err`,
      ]);
    const sh = (script: string, cwd = lab.project) => {
      const as =
        process.getuid?.() === 0
          ? ['setpriv', `--reuid=${ground.owner.uid}`, `--regid=${ground.owner.gid}`, '--clear-groups']
          : [];
      const argv = [
        ...as,
        'env',
        `HOME=${lab.home}`,
        'GIT_AUTHOR_NAME=o',
        'GIT_AUTHOR_EMAIL=o@p.test',
        'GIT_COMMITTER_NAME=o',
        'GIT_COMMITTER_EMAIL=o@p.test',
        'sh',
        '-ec',
        script,
      ];
      const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), {
        encoding: 'utf8',
        cwd,
        timeout: 60_000,
      });
      if (status !== 0) throw new Error(`${script}: ${stderr}`);
      return stdout;
    };
    const dotGit = () => hostsOwn(join(lab.project, '.git'));

    it('works all day without a word on standard error, and leaves the host’s own alone', async () => {
      lab.git('remote', 'add', 'origin', 'https://someone:secret-token@git.test/x.git');
      const before = dotGit();
      const ended = await box(`${EVERYDAY}\ngit config --list --show-origin | grep -c secret-token || true`);
      expect(ended.stdout, ended.stderr).toMatch(/^## main\n\/workspace +[0-9a-f]+ \[main\]\n5\n0\n-- 0\n$/);
      expect(ended.code).toBe(0);
      expect(dotGit()).toEqual(before);
      expect(lab.git('log', '--format=%s', '-1')).toBe('three\n');
    });

    it('cannot be led around: .git stays where it is, and objects are read-only', async () => {
      const before = dotGit();
      const ended = await box(`
      mv .git x; rm -rf .git; rmdir .git; mv greeting.txt /git-objects/0/0/x; echo x > /git-objects/0/0/info/x
      echo .gi*; cd /git-objects/0/0; echo *`);
      expect(ended.stdout).toMatch(/^\.git\n[0-9a-f ]*info pack\n-- 0\n/);
      expect(ended.stdout).toMatch(/mv: cannot move '\.git' to 'x': Device or resource busy/);
      expect(ended.stdout).toMatch(/rm: cannot remove '\.git': Device or resource busy/);
      expect(ended.stdout.match(/Read-only file system/g)).toHaveLength(2);
      expect(dotGit()).toEqual(before);
    });

    it('what the box plants in it does not exist for the host; where the project is mounted as it is, it does', async () => {
      const canary = join(lab.dir, 'work/canary');
      const host = () => {
        sh('date +%N >> filtered.txt; git status --short; git add filtered.txt; git commit -qm host');
        const fired = existsSync(canary) ? [...new Set(readFileSync(canary, 'utf8').trim().split('\n'))].sort() : [];
        rmSync(canary, { force: true });
        return fired;
      };
      const script = PLANT(canary).replace('$PLANTED', lab.project);
      const ended = await box(script);
      expect(ended.stdout).toBe('-- 0\n');
      expect(host()).toEqual([]);
      const plan = await lab.agentbox(['run', '--dry-run', '--json', ...ground.flags]);
      const { image } = (JSON.parse(plan.stdout) as { box: { image: string } }).box;
      const user = ground.engine === 'podman' ? '--userns=keep-id' : `--user=${ground.owner.uid}:${ground.owner.gid}`;
      lab.engine([
        'run',
        '--rm',
        user,
        `--volume=${lab.project}:/workspace`,
        '--env=HOME=/tmp',
        '--entrypoint=bash',
        image,
        '-c',
        `git config --global safe.directory '*'; ${script}`,
      ]);
      expect(host()).toEqual(['filter', 'hook', 'watcher']);
    });

    it('linked worktrees, submodules and nested repositories have theirs, each', async () => {
      sh(`
      mkdir ../lib ../main; cd ../lib; git init -qb main .; echo lib > lib.txt; git add .; git commit -qm lib
      cd ../main; git init -qb main .; echo m > m.txt; git add .; git commit -qm m
      git -c protocol.file.allow=always submodule --quiet add ../lib sub; git commit -qm sub
      git worktree add -q ../linked -b linked
      cd ../linked; git -c protocol.file.allow=always submodule --quiet update --init
      git init -qb main deep/er; cd deep/er; echo n > n.txt; git add .; git commit -qm nested`);
      const linked = join(lab.dir, 'work/linked');
      const before = [hostsOwn(join(lab.dir, 'work/main/.git')), hostsOwn(join(linked, 'deep/er/.git'))];
      const ended = await box(
        `set -e; git config --global user.name a; git config --global user.email a@b
       for d in . sub deep/er; do (cd $d; git status --short; echo $d >> new.txt; git add new.txt; git commit -qm new; git log --format=%s | xargs); done
       git branch --show-current; git status --short; git submodule status | cut -c42-; git fsck --no-progress
       (mv .git x || mv sub/.git x || mv deep/er/.git x) || true
       mv deep away || true; echo planted > deep/er/.git/hooks/pre-commit; cat deep/er/.git/hooks/pre-commit`,
        linked,
      );
      expect(ended.stdout, ended.stderr).toMatch(
        /^\?\? deep\/\nnew sub m\nnew lib\nnew nested\nlinked\n M sub\n\?\? deep\/\n sub \(.*\)\nplanted\n-- 0\n(mv: .*\n){4}$/,
      );
      expect([hostsOwn(join(lab.dir, 'work/main/.git')), hostsOwn(join(linked, 'deep/er/.git'))]).toEqual(before);
    });

    it('git directories that lie elsewhere in the project are covered, and borrowed objects make no noise', async () => {
      sh(`
      git clone -q --bare --shared . ../store; git clone -q --bare --shared ../store ../layout/.bare
      cd ../layout; echo 'gitdir: ./.bare' > .git; git worktree add -q tree main`);
      const layout = join(lab.dir, 'work/layout');
      const before = hostsOwn(join(layout, '.bare'));
      const ended = await box(
        'cd tree; git log --format=%s; git status -sb; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m new; git fsck --no-progress; cd ..; git branch; echo .bare/*; echo x > .bare/config; mv .bare x',
        layout,
      );
      expect(ended.stdout, ended.stderr).toMatch(
        /^first\n## main\n\* main\n\.bare\/\*\n-- 1\n.*\.bare\/config: (Read-only file system|Permission denied)\nmv: .* busy\n$/,
      );
      expect(hostsOwn(join(layout, '.bare'))).toEqual(before);
    });

    it('a second box is refused what the first could put a link in the place of', async () => {
      const first = await lab.agentbox(['run', '.', '--detach', ...ground.flags, '--', 'sleep', '300']);
      expect(first.code, first.stderr).toBe(0);
      const name = first.stdout.trim();
      const record = JSON.parse(readFileSync(join(lab.data, `clients/default/workspaces/${name}/record.json`), 'utf8'));
      const main = lab.git('rev-parse', 'main').trim();
      expect(record.starts).toEqual([{ head: 'ref: refs/heads/main', refs: { 'refs/heads/main': main } }]);
      const second = await box('git log --format=%s');
      expect(second.stdout, second.stderr).toBe('first\n-- 0\n');
      await lab.agentbox(['exec', name, '--', 'mkdir', '/workspace/sub']);
      const below = await box('true', 'sub');
      expect(below.stderr).toContain(`${lab.project}/sub cannot be mounted while ${name} runs`);
      await lab.agentbox(['stop', name]);
      expect((await box('true')).stderr).not.toContain('cannot be mounted');
    });

    it('a folder without git, and a readonly project, work as well', async () => {
      mkdirSync(join(lab.dir, 'work/bare-folder'));
      spawnSync('chown', [`${ground.owner.uid}:${ground.owner.gid}`, join(lab.dir, 'work/bare-folder')]);
      const none = await box('echo *', join(lab.dir, 'work/bare-folder'));
      expect(none.stdout, none.stderr).toBe('*\n-- 0\n');
      const readonly = await box('git log --format=%s; git status --short; touch x', '.', ['--workspace', 'readonly']);
      expect(readonly.stdout, readonly.stderr).toMatch(/^first\n-- 1\n.*Read-only file system\n$/);
    });
  },
);
