import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Brought, bringBack } from '../../src/workspace/sync/bringBack.ts';
import { tellBrought } from '../../src/workspace/sync/tell.ts';
import { type BindRun, bindRun } from './support/bindRun.ts';
import { baseImage, findEngine } from './support/engines.ts';

const PROJECT = `
git init -q -b main .
mkdir d; echo one > a.txt; echo two > d/b.txt; git add .; git commit -qm first`;
const COMMIT = 'echo more >> a.txt; git add a.txt; git commit -qm second';

// What git refuses, it refuses on either engine; the other one is tried with AGENTBOX_TEST_ALL=1.
const engines = (process.env['AGENTBOX_TEST_ALL'] === '1' ? (['docker', 'podman'] as const) : (['docker'] as const))
  .map((kind) => findEngine(kind))
  .filter((engine) => engine !== undefined);

describe.each(engines.map((test) => [test.kind, test] as const))('bringing commits back on %s', (_, test) => {
  let run: BindRun;
  beforeAll(() => baseImage(test));
  afterEach(() => run?.remove());

  const open = async (script = PROJECT) => {
    run = await bindRun(test, script);
    return run;
  };
  const bring = async (options = {}) => {
    const lines: string[] = [];
    const onBrought = (brought: Brought) => void lines.push(...tellBrought(brought));
    await bringBack(run.context, test.engine, await run.record(), { ...options, onBrought });
    return lines;
  };
  const log = (ref = 'main') => run.host(`git log --format=%s ${ref}`).trim().split('\n');

  it('starts no box when there is nothing new', async () => {
    await open();
    const before = run.host('ls -lR --time-style=full-iso .git');
    const engine = new Proxy(test.engine, {
      get() {
        throw new Error('the engine was asked');
      },
    });
    await bringBack(run.context, engine, await run.record());
    expect(run.host('ls -lR --time-style=full-iso .git')).toBe(before);
  });

  it('is relative to what came before, while the box goes on', async () => {
    await open();
    run.box(COMMIT);
    expect(await bring()).toEqual(['1 commit on main came back']);
    expect(await bring()).toEqual([]);
    run.box('echo x > x; git add x; git commit -qm third; git branch side');
    expect(await bring()).toEqual(['1 commit on main came back', '1 commit on side came back']);
    expect(log()).toEqual(['third', 'second', 'first']);
    expect(run.host('git status --porcelain')).toBe('');
  });

  it('keeps what the host did meanwhile, and puts the box’s beside it, each time', async () => {
    await open();
    run.box(COMMIT);
    run.host('git commit -q --allow-empty -m theirs');
    expect(await bring()).toEqual([
      '1 commit on main came back as agentbox/main-ab12, since main has moved here meanwhile: git merge agentbox/main-ab12',
    ]);
    run.box('echo x > x; git add x; git commit -qm third');
    expect((await bring())[0]).toMatch(/^1 commit on main came back as agentbox\/main-ab12,/);
    expect(log()).toEqual(['theirs', 'first']);
    expect(log('agentbox/main-ab12')).toEqual(['third', 'second', 'first']);
  });

  it('leaves what the host staged meanwhile', async () => {
    await open();
    run.box(COMMIT);
    run.host('echo s > s; git add s; rm s');
    expect((await bring())[0]).toContain('since main is checked out here and something changed meanwhile');
    expect(run.host('git diff --cached --name-only')).toBe('s\n');
    expect(log()).toEqual(['first']);
  });

  it('takes an index whose files were only looked at for unchanged', async () => {
    await open();
    run.box(COMMIT);
    run.host('touch d/b.txt; git status --porcelain; git update-index --really-refresh || true');
    expect(await bring()).toEqual(['1 commit on main came back']);
  });

  it('waits for nothing but tells when another git has the index', async () => {
    await open();
    run.box(COMMIT);
    writeFileSync(join(run.project, '.git/index.lock'), '');
    await expect(bring()).rejects.toMatchObject({ message: expect.stringContaining('in use by another git') });
    expect(log()).toEqual(['first']);
    rmSync(join(run.project, '.git/index.lock'));
    expect(await bring()).toEqual(['1 commit on main came back']);
  });

  it('finishes a merge that the host had begun', async () => {
    await open(`${PROJECT}
      git checkout -qb side; echo s > a.txt; git commit -qam s; git checkout -q main; echo m > a.txt; git commit -qam m
      git merge side >/dev/null || true`);
    run.box('echo both > a.txt; git add a.txt; git commit -qm merged');
    expect((await bring())[0]).toMatch(/commits? on main came back$/);
    expect(run.host('git log -1 --format=%P').trim().split(' ')).toHaveLength(2);
    expect(run.host('git status')).not.toMatch(/merging|conclude/);
  });

  it('serves a linked worktree, and leaves branches of the others', async () => {
    await open(`${PROJECT}
      git branch other; mkdir -p inner; git worktree add -q ../main-tree other
      mv .git/config .git/config.x; mv .git/config.x .git/config`);
    run.box(`git branch -f other HEAD; ${COMMIT}; git branch -f other HEAD`);
    expect(await bring()).toEqual([
      '1 commit on main came back',
      '1 commit on other came back as agentbox/other-ab12, since other is checked out in another worktree: git merge agentbox/other-ab12',
    ]);
  });

  it('keeps what git knows of files that stayed as they were', async () => {
    await open();
    run.box(COMMIT);
    const stat = () => run.host("git ls-files --debug d/b.txt | sed -n 's/ *mtime: //p'");
    const before = stat();
    await bring();
    expect(stat()).toBe(before);
    expect(before).not.toMatch(/^0:0/);
  });

  it('runs no hook of the host', async () => {
    await open(`${PROJECT}
      for hook in reference-transaction post-commit update post-index-change pre-auto-gc; do
        printf '#!/bin/sh\\ntouch ${'$'}(dirname "$0")/../fired\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook
      done`);
    run.box(COMMIT);
    await bring();
    expect(readdirSync(join(run.project, '.git'))).not.toContain('fired');
    // The twin: git on the host runs it.
    run.host('git update-ref refs/heads/twin HEAD');
    expect(readdirSync(join(run.project, '.git'))).toContain('fired');
  });

  it('serves a repository without commits, one with SHA-256, a shallow one and one that borrows objects', async () => {
    await open('git init -q -b main .');
    run.box('echo a > a; git add a; git commit -qm born');
    expect(await bring()).toEqual(['1 commit on main came back']);
    expect(run.host('git status --porcelain')).toBe('');
    await run.remove();

    await open(PROJECT.replace('git init', 'git init --object-format=sha256'));
    run.box(COMMIT);
    expect(await bring()).toEqual(['1 commit on main came back']);
    await run.remove();

    for (const how of ['--depth 1 --no-local', '--shared']) {
      await open(`mkdir -p src; (cd src; ${PROJECT}; git commit -q --allow-empty -m top); git init -q x; rm -rf x
        git clone -q ${how} "file://$PWD/src" c 2>/dev/null || git clone -q ${how} src c; mv src ../src-$$; mv c/.git .; mv c/* .; rmdir c
        [ ! -f .git/objects/info/alternates ] || echo "$(cd ..; pwd)/src-$$/.git/objects" > .git/objects/info/alternates`);
      run.box(COMMIT);
      expect(await bring()).toEqual(['1 commit on main came back']);
      expect(run.host('git fsck --no-dangling')).toBe('');
      await run.remove();
    }
  });

  it('serves a partial clone, whose missing objects are elsewhere', async () => {
    await open(`mkdir src; (cd src; ${PROJECT}; echo newer > a.txt; git commit -qam newer; git config uploadpack.allowFilter true)
      git clone -q --filter=blob:none "file://$PWD/src" c; mv src ../src-partial; mv c/.git .; mv c/* .; rmdir c`);
    expect(run.host('git rev-list --objects --missing=print HEAD')).toContain('\n?');
    run.box(COMMIT);
    expect(await bring()).toEqual(['1 commit on main came back']);
    expect(run.host('git status --porcelain')).toBe('');
  });

  it('of one repository are not kept back by another', async () => {
    await open(`${PROJECT}
      git init -q -b main nested; cd nested; git commit -q --allow-empty -m inner`);
    run.box(COMMIT);
    const nested = join(run.folder, 'git/1');
    const env = `GIT_DIR=${nested} GIT_ALTERNATE_OBJECT_DIRECTORIES=${run.project}/nested/.git/objects`;
    run.box(`export ${env}; git commit -q --allow-empty -m second-inner; echo 'ref: refs/heads/main' > ${nested}/HEAD`);
    run.box('x=$(git rev-parse HEAD:a.txt); rm -f $GIT_DIR/objects/$(echo $x | cut -c1-2)/$(echo $x | cut -c3-)');
    const lines: string[] = [];
    const onBrought = (brought: Brought) => void lines.push(...tellBrought(brought));
    await expect(bringBack(run.context, test.engine, await run.record(), { onBrought })).rejects.toMatchObject({
      trouble: 'refused',
    });
    expect(lines).toEqual(['1 commit on main came back (nested)']);
  });

  describe('from a hostile git directory', () => {
    const evil = async (plant: () => void) => {
      await open();
      run.box(COMMIT);
      plant();
    };

    it('reads no configuration, hook, graft or replacement of it', async () => {
      await evil(() => {
        const canary = `touch ${run.own}/fired; touch /box.git/fired; exit 1`;
        run.box(`
          git config core.fsmonitor '${canary}'; git config core.hooksPath /box.git/hooks; git config core.alternateRefsCommand '${canary}'
          git config uploadpack.packObjectsHook '${canary}'; git config core.worktree /; git config core.bare true || true`);
        writeFileSync(join(run.own, 'config'), '[not a config', { flag: 'a' });
        mkdirSync(join(run.own, 'info'), { recursive: true });
        writeFileSync(join(run.own, 'info/grafts'), 'rubbish\n');
      });
      expect(await bring()).toEqual(['1 commit on main came back']);
      expect(readdirSync(run.own)).not.toContain('fired');
    });

    it('follows no link of its refs and no HEAD that points out', async () => {
      await evil(() => {
        run.box('git branch good');
        writeFileSync(join(run.folder, 'secret'), `${'a'.repeat(40)}\n`);
        symlinkSync(join(run.folder, 'secret'), join(run.own, 'refs/heads/link'));
        symlinkSync('/etc/passwd', join(run.own, 'refs/heads/passwd'));
        writeFileSync(join(run.own, 'HEAD'), 'ref: refs/heads/../../../etc/passwd\n');
      });
      const lines = await bring();
      expect(lines).toContain('1 commit on good came back');
      expect(run.host('git for-each-ref --format="%(refname)"')).not.toMatch(/link|passwd/);
      expect(run.host('git symbolic-ref HEAD')).toBe('refs/heads/main\n');
    });

    it('has no use for refs with names that are none', async () => {
      await evil(() => {
        const id = run.box('git rev-parse HEAD').trim();
        const bad = [
          'refs/heads/../../hooks/x',
          'refs/heads/a b',
          'refs/heads/a.lock',
          'refs/heads/.x',
          '../x',
          'refs/heads/-x',
          'refs/heads/good',
        ];
        writeFileSync(
          join(run.own, 'packed-refs'),
          `# pack-refs with: peeled fully-peeled \n${bad.map((name) => `${id} ${name}\n`).join('')}`,
        );
        writeFileSync(join(run.own, 'refs/heads/with\nnewline'), `${id}\n`);
      });
      expect(await bring()).toEqual([
        '1 commit on main came back',
        '1 commit on good came back',
        '1 commit on -x came back as agentbox/x-ab12, since that name cannot be had here: git merge agentbox/x-ab12',
      ]);
      const names = run.host('git for-each-ref --format="%(refname)"').trim().split('\n');
      expect(names).toEqual(['refs/heads/agentbox/x-ab12', 'refs/heads/good', 'refs/heads/main']);
      expect(readdirSync(join(run.project, '.git/hooks'))).not.toContain('x');
    });

    const tree = (entry: string) => `
      blob=$(echo evil | git hash-object -w --stdin)
      tree=$(printf '${entry}' | sed "s/BLOB/$blob/" | perl -pe 's/([0-9a-f]{40})$/pack("H*",$1)/e' | git hash-object -t tree -w --literally --stdin)
      git update-ref refs/heads/main $(git commit-tree -p HEAD -m evil $tree)`;

    it.each<[string, string, RegExp]>([
      ['a .git in a tree', '100644 .git\\0BLOB', /hasDotgit/],
      ['a .GIT in a tree', '100644 .GIT\\0BLOB', /hasDotgit/],
      ['a way out of the tree', '100644 ..\\0BLOB', /hasDotdot/],
      ['a slash in a name', '100644 a/b\\0BLOB', /fullPathname/],
      ['a tree that is none', '1006', /(badTree|too-short|truncated|malformed|corrupt)/],
    ])('refuses %s', async (_name, entry, why) => {
      await evil(() => run.box(tree(entry)));
      await expect(bring()).rejects.toMatchObject({ trouble: 'refused', why: expect.stringMatching(why) });
      expect(log()).toEqual(['first']);
      expect(readdirSync(join(run.project, '.git')).filter((name) => /lock|agentbox/.test(name))).toEqual([]);
    });

    it('takes the good twin of these', async () => {
      await evil(() => run.box(tree('100644 fine\\0BLOB')));
      expect(await bring()).toEqual(['2 commits on main came back']);
    });

    it('refuses commits whose history is missing', async () => {
      await evil(() => {
        run.box('echo x > x; git add x; git commit -qm third');
        const second = run.box('git rev-parse HEAD~1').trim();
        rmSync(join(run.own, 'objects', second.slice(0, 2), second.slice(2)));
      });
      await expect(bring()).rejects.toMatchObject({ trouble: 'refused' });
      expect(log()).toEqual(['first']);
    });

    it('refuses history that the box pretends to be cut', async () => {
      await evil(() => {
        run.box('echo x > x; git add x; git commit -qm third');
        const ids = run.box('git rev-parse HEAD HEAD~1').trim().split('\n');
        rmSync(join(run.own, 'objects', (ids[1] ?? '').slice(0, 2), (ids[1] ?? '').slice(2)));
        writeFileSync(join(run.own, 'shallow'), `${ids[0]}\n`);
      });
      await expect(bring()).rejects.toMatchObject({
        trouble: 'refused',
        message: 'git refuses what the box committed',
      });
      expect(log()).toEqual(['first']);
    });

    it('takes objects from nowhere else', async () => {
      await evil(() => {
        writeFileSync(join(run.own, 'objects/info/alternates'), '/etc\n/repo.git/objects\n../../../../../../..\n');
      });
      expect(await bring()).toEqual(['1 commit on main came back']);
    });

    it('refuses more refs than anybody has', async () => {
      await evil(() => {
        const id = run.box('git rev-parse HEAD').trim();
        const refs = Array.from({ length: 60_000 }, (_, n) => `${id} refs/heads/x${n}\n`).join('');
        writeFileSync(join(run.own, 'packed-refs'), refs);
      });
      await expect(bring()).rejects.toMatchObject({
        trouble: 'refused',
        why: 'it has more than 50000 branches and tags',
      });
      expect(log()).toEqual(['first']);
    });

    it('refuses more bytes than are allowed', async () => {
      await evil(() => run.box('head -c 300000 /dev/urandom > big; git add big; git commit -qm big'));
      await expect(bring({ maxPack: 200_000 })).rejects.toMatchObject({
        message: expect.stringContaining('larger than'),
      });
      expect(readdirSync(run.folder).filter((name) => name.endsWith('.pack'))).toEqual([]);
      expect(await bring({ maxPack: 400_000 })).toEqual(['2 commits on main came back']);
    });

    it('is not kept waiting by a pipe in the place of a file', async () => {
      await evil(() => {
        rmSync(join(run.own, 'index'));
        run.box(
          `rm -f ${run.own}/index; mkfifo ${run.own}/shallow ${run.own}/MERGE_HEAD ${run.own}/index.x; mv ${run.own}/index.x ${run.own}/index`,
        );
        chmodSync(run.own, 0o700);
      });
      expect(await bring()).toEqual(['1 commit on main came back']);
    });
  });
});
