import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { finishLanding } from '../../../../src/workspace/review/land.ts';
import { land, ORDER } from './landing.ts';
import { git, makePlaces, type Places } from './places.ts';
import { filesIn } from './sequences.ts';

const made: Places[] = [];
afterEach(() => {
  for (const places of made.splice(0)) places.close();
});

const POINTS = [
  'begin',
  'objects',
  'locked',
  'staged:1',
  'ready',
  'step:0',
  'step:1',
  'step:2',
  'files',
  'moving',
  'ref',
  'index',
  'cleared',
];

function places(): Places {
  const one = makePlaces((project) => {
    mkdirSync(join(project, 'folder'));
    for (const path of ['a.txt', 'folder/b.txt', 'c.txt']) writeFileSync(join(project, path), `${path}\n`);
    git(project, 'add', '.');
    git(project, 'commit', '-qm', 'first');
  });
  made.push(one);
  rmSync(join(one.clone, 'folder'), { recursive: true });
  writeFileSync(join(one.clone, 'folder'), 'a file now\n');
  writeFileSync(join(one.clone, 'a.txt'), 'other\n');
  git(one.clone, 'add', '-A');
  git(one.clone, 'commit', '-qm', 'work');
  writeFileSync(join(one.clone, 'new.txt'), 'new\n');
  return one;
}

/** All that a user sees of a project. */
function stateOf(project: string): unknown {
  const { status, head } = { status: git(project, 'status', '--porcelain'), head: git(project, 'rev-parse', 'HEAD') };
  return { files: filesIn(project), status, head };
}

/** What a writing must not leave behind. */
function leftovers(project: string): readonly string[] {
  const inGit = readdirSync(join(project, '.git')).filter((name) => name.includes('.lock'));
  return [...inGit, ...readdirSync(project).filter((name) => name.startsWith('.agentbox'))];
}

test.each(POINTS)('killed at %s: everything is there afterwards, or nothing', { timeout: 60_000 }, async (fault) => {
  const one = places();
  const before = stateOf(one.project);
  const { written } = await land(one, { fault });
  const after = stateOf(one.project);
  expect(leftovers(one.project)).toEqual([]);
  if (written?.done === true) {
    expect(after).toMatchObject({
      files: filesIn(one.clone),
      status: '?? new.txt\n',
      head: git(one.clone, 'rev-parse', 'HEAD'),
    });
  } else expect(after).toEqual(before);
  // And what is done may be done again.
  await finishLanding(one.run, one.reviewed, ORDER);
  expect(stateOf(one.project)).toEqual(after);
  git(one.project, 'fsck', '--strict');
  expect(existsSync(join(one.clone, '.git'))).toBe(true);
});

test.each(POINTS.slice(0, 10))(
  'a disk that is full at %s: nothing is there afterwards',
  { timeout: 60_000 },
  async (point) => {
    const one = places();
    const before = stateOf(one.project);
    const { written } = await land(one, { fault: `full:${point}` });
    // The last moments of one that was ready: it goes on with the next command.
    expect(written).toMatchObject(point === 'ready' ? {} : { done: false });
    if (written?.done !== true) expect(stateOf(one.project)).toEqual(before);
    expect(leftovers(one.project)).toEqual([]);
  },
);

/** The program that lands dies too, so that nothing is finished at once. */
function halted(one: Places): Places {
  const run: Places['run'] = async (work) => {
    if (work.script === 'write-apply' && work.args?.includes('finish')) throw new Error('dead as well');
    return one.run(work);
  };
  return { ...one, run };
}

test('without the next command a project would be in between', async () => {
  const one = places();
  const before = stateOf(one.project);
  await expect(land(halted(one), { fault: 'step:1' })).rejects.toThrow('dead as well');
  const between = stateOf(one.project);
  expect(between).not.toEqual(before);
  await finishLanding(one.run, one.reviewed, ORDER);
  expect(stateOf(one.project)).not.toEqual(between);
});

test('what the user does between a crash and the next command is left as it is', async () => {
  const one = places();
  await expect(land(halted(one), { fault: 'step:0' })).rejects.toThrow('dead as well');
  writeFileSync(join(one.project, 'a.txt'), 'mine\n');
  await finishLanding(one.run, one.reviewed, ORDER);
  expect(readFileSync(join(one.project, 'a.txt'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(one.project, 'new.txt'), 'utf8')).toBe('new\n');
  expect(git(one.project, 'log', '-1', '--format=%s')).toBe('work\n');
});

test('a branch that went on between a crash and the next command keeps its commits, and the clone’s are on a branch', async () => {
  const one = places();
  await expect(land(halted(one), { fault: 'files' })).rejects.toThrow('dead as well');
  rmSync(join(one.project, '.git/index.lock'));
  git(one.project, 'commit', '-q', '--allow-empty', '-m', 'mine');
  const written = await finishLanding(one.run, one.reviewed, ORDER);
  expect(written).toMatchObject({ done: true });
  expect(git(one.project, 'log', '-1', '--format=%s')).toBe('mine\n');
  expect(git(one.project, 'log', '-1', '--format=%s', 'agentbox/test')).toBe('work\n');
});

test('locks that a killed git left on the branch are ours, and go', async () => {
  const one = places();
  await expect(land(halted(one), { fault: 'moving' })).rejects.toThrow('dead as well');
  writeFileSync(join(one.project, '.git/HEAD.lock'), '');
  writeFileSync(join(one.project, '.git/refs/heads/main.lock'), git(one.clone, 'rev-parse', 'HEAD'));
  await finishLanding(one.run, one.reviewed, ORDER);
  expect(git(one.project, 'log', '-1', '--format=%s')).toBe('work\n');
  expect(leftovers(one.project)).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('a disk that is really full leaves everything as it was', async () => {
  const one = places();
  const kept = `${one.project}.kept`;
  renameSync(one.project, kept);
  mkdirSync(one.project);
  mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', one.project);
  try {
    cpSync(kept, one.project, { recursive: true });
    writeFileSync(join(one.clone, 'large'), randomBytes(900_000));
    const before = stateOf(one.project);
    const { written } = await land(one);
    expect(written).toMatchObject({ done: false, why: expect.stringContaining('No space left on device') });
    expect(stateOf(one.project)).toEqual(before);
    expect(leftovers(one.project)).toEqual([]);
  } finally {
    spawnSync('umount', ['-l', one.project], { timeout: 10_000 });
  }
});

function mount(...args: readonly string[]): void {
  const ended = spawnSync('mount', args, { encoding: 'utf8', timeout: 10_000 });
  if (ended.status !== 0) throw new Error(ended.stderr);
}
