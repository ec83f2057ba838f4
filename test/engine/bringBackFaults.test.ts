import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeRecord, syncRecord } from '../../src/workspace/settle.ts';
import { type BindRun, bindRun } from './support/bindRun.ts';
import { baseImage, findEngine } from './support/engines.ts';

const PROJECT = `
git init -q -b main .
for n in 1 2 3; do echo $n > $n.txt; done; git add .; git commit -qm first; git branch side; git branch other`;
/** Two branches move, one is new, HEAD is on another, something is staged and something stashed. */
const DAY = `
echo more >> 1.txt; git commit -qam second; git branch -f side
git checkout -qb feature; echo new > new.txt; git add .; git commit -qm third
echo wip > 2.txt; git stash -q; echo staged > staged.txt; git add staged.txt`;

const CHILD = fileURLToPath(new URL('support/bringBackChild.ts', import.meta.url));
// A kill is a kill on either engine; the other one is tried with AGENTBOX_TEST_ALL=1.
const engines = (process.env['AGENTBOX_TEST_ALL'] === '1' ? (['docker', 'podman'] as const) : (['docker'] as const))
  .map((kind) => findEngine(kind))
  .filter((engine) => engine !== undefined);

describe.each(engines.map((test) => [test.kind, test] as const))('an end in the middle on %s', (_, test) => {
  let run: BindRun;
  beforeAll(() => baseImage(test));
  afterEach(() => run?.remove());

  const dieAt = (point: string) => {
    const ended = spawnSync(process.execPath, ['--import', 'tsx', CHILD, test.kind, run.context.paths.home, point], {
      encoding: 'utf8',
      timeout: 90_000,
    });
    expect(ended.error).toBeUndefined();
    return ended;
  };
  const state = () =>
    run.host(`git for-each-ref --format='%(refname) %(objectname)'; git symbolic-ref HEAD; git ls-files -s
      git stash list --format=%H; git status --porcelain`);
  const expectAfter = (before: string) => {
    const now = state();
    expect(now).not.toBe(before);
    expect(run.host('git log --format=%s side')).toBe('second\nfirst\n');
    expect(run.host('git log --format=%s feature')).toBe('third\nsecond\nfirst\n');
    expect(run.host('git symbolic-ref HEAD')).toBe('refs/heads/feature\n');
    expect(run.host('git status --porcelain')).toBe('A  staged.txt\n');
    expect(run.host('git stash list | wc -l').trim()).toBe('1');
    expect(run.host('git for-each-ref --format="%(refname)" refs/heads/agentbox')).toBe('');
    expect(run.host('git fsck --strict --no-dangling --no-progress 2>&1')).toBe('');
    expect(run.host('find .git -name "*.lock" -o -name "agentbox*"')).toBe('');
    expect(existsSync(run.folder)).toBe(false);
  };

  it.each(['read', 'journal', 'taken', 'recorded', 'done'])(
    'of agentbox, when %s, is made good by the next command',
    async (point) => {
      run = await bindRun(test, PROJECT);
      const before = state();
      run.box(DAY);
      expect(dieAt(point).signal).toBe('SIGKILL');
      await closeRecord(run.context, await run.record());
      expectAfter(before);
    },
  );

  const LOCKS = `lines along-ref | while read -r _ name id _; do echo "$id" >"$common/$name.lock"; done; : >"$GIT_DIR/HEAD.lock"`;
  it.each([
    ...['start', 'pack', 'lock', 'index', 'refs', 'head', 'renamed', 'over'].map((mark) => [mark, `script:${mark}`]),
    ['index, with its locks left', `script:index:${LOCKS}`],
  ])('of the helper at %s is made good by the next command', async (name, point) => {
    run = await bindRun(test, PROJECT);
    const before = state();
    run.box(DAY);
    expect(dieAt(point).status).toBe(1);
    expect(existsSync(join(run.folder, 'journal-0.json'))).toBe(true);
    // It was killed, and cleaned up nothing.
    expect(existsSync(join(run.project, '.git/index.lock'))).toBe(!['start', 'pack'].includes(name));
    await closeRecord(run.context, await run.record());
    expectAfter(before);
  });

  it('of agentbox while its helper goes on is waited for', async () => {
    run = await bindRun(test, PROJECT);
    const before = state();
    run.box(DAY);
    expect(dieAt('orphan').signal).toBe('SIGKILL');
    await closeRecord(run.context, await run.record());
    expectAfter(before);
  });

  it('keeps what the user does between the end and the next command', async () => {
    run = await bindRun(test, PROJECT);
    run.box('echo more >> 1.txt; git commit -qam second');
    expect(dieAt('script:refs').status).toBe(1);
    expect(run.host('git log --format=%s')).toBe('second\nfirst\n');
    rmSync(join(run.project, '.git/index.lock'));
    // The branch has the box's commit, the index not yet.
    run.host('git add -A; git commit -q --allow-empty -m theirs');
    await closeRecord(run.context, await run.record());
    expect(run.host('git log --format=%s')).toBe('theirs\nsecond\nfirst\n');
    expect(run.host('git status --porcelain')).toBe('');
    expect(run.host('cat 1.txt')).toBe('1\nmore\n');
  });

  it('leaves the lock of another git alone', async () => {
    run = await bindRun(test, PROJECT);
    run.box(DAY);
    dieAt('script:lock');
    const lock = join(run.project, '.git/index.lock');
    writeFileSync(lock, 'DIRC');
    await closeRecord(run.context, await run.record());
    expect(run.context.written.err).toContain('in use by another git');
    expect(existsSync(lock)).toBe(true);
    expect(existsSync(run.folder)).toBe(true);
  });
});

const docker = engines.find(({ kind }) => kind === 'docker');
describe.runIf(docker !== undefined && process.getuid?.() === 0)('a full disk', () => {
  let disk: string;
  let run: BindRun;
  beforeAll(async () => {
    if (docker !== undefined) await baseImage(docker);
  });
  afterEach(async () => {
    await run?.remove();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  it('leaves the repository as it was, however little is missing, and the next command goes on', async () => {
    if (docker === undefined) return;
    disk = mkdtempSync(join(tmpdir(), 'agentbox-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', disk]);
    const project = join(disk, 'proj');
    run = await bindRun(docker, PROJECT, project);
    run.box(`${DAY}; head -c 60000 /dev/urandom > data; git add data; git commit -qm data; git branch -f side`);
    const refs = () => run.host("git for-each-ref --format='%(refname) %(objectname)'; cat .git/HEAD; git ls-files -s");
    const before = refs();
    const filler = join(disk, 'filler');
    const seen = new Set<string>();
    for (const pages of [0, 1, 4, 12, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 30]) {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(Math.max(bavail - pages, 0) * bsize));
      const outcome = await syncRecord(run.context, await run.record(), { ended: false }).then(
        () => 'done',
        (error: Error) => error.message.replace(/\/\S+/g, '…'),
      );
      rmSync(filler);
      seen.add(outcome);
      if (outcome === 'done') break;
      expect(refs(), `${pages}: ${outcome}`).toBe(before);
      expect(readdirSync(join(project, '.git')).filter((name) => /lock|agentbox/.test(name))).toEqual([]);
    }
    expect([...seen].length).toBeGreaterThan(1);
    await syncRecord(run.context, await run.record(), { ended: true });
    expect(run.host('git log -1 --format=%s side')).toBe('data\n');
    expect(run.host('git fsck --strict --no-dangling --no-progress 2>&1')).toBe('');
  });
});
