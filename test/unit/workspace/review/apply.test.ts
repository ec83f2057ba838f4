import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { collectBytes } from '../../../../src/workspace/review/collect.ts';
import { lookIntoClone, writePatch } from '../../../../src/workspace/review/reader.ts';
import { textsOf } from '../../../../src/workspace/review/texts.ts';
import { land } from './landing.ts';
import { git, makePlaces, type PlaceOptions, type Places } from './places.ts';

const made: Places[] = [];
afterEach(() => {
  for (const places of made.splice(0)) places.close();
});

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');

function places(options: PlaceOptions & { readonly dirty?: (project: string) => void } = {}): Places {
  const one = makePlaces((project) => {
    writeFileSync(join(project, 'a.txt'), LINES);
    mkdirSync(join(project, 'src'));
    writeFileSync(join(project, 'src/b.txt'), 'b\n');
    if (!options.plain) {
      git(project, 'add', '.');
      git(project, 'commit', '-qm', 'first');
    }
    options.dirty?.(project);
  }, options);
  made.push(one);
  return one;
}

const read = (dir: string, path: string) => readFileSync(join(dir, path), 'utf8');
const write = (dir: string, path: string, text: string) => writeFileSync(join(dir, path), text);

test('changes land in the files, commits as they are, and the index goes with them', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', `${LINES}more\n`);
  git(clone, 'commit', '-qam', 'more lines');
  write(clone, 'new.txt', 'new\n');
  rmSync(join(clone, 'src/b.txt'));
  const { plan, written } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ kind: 'ready', way: { kind: 'forward' } });
  expect(written).toMatchObject({ done: true });
  expect(read(project, 'a.txt')).toBe(`${LINES}more\n`);
  expect(git(project, 'log', '--format=%s %an')).toBe('more lines Owner\nfirst Owner\n');
  expect(git(project, 'status', '--porcelain')).toBe(' D src/b.txt\n?? new.txt\n');
  expect(existsSync(join(project, 'src'))).toBe(false);
  git(project, 'fsck', '--strict');
});

test('a host that went on gets the commits written anew, with author, date and words', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', LINES.replace('line 1\n', 'line one\n'));
  git(clone, 'commit', '-qam', 'One\n\nwith a body', '--author=Ä <a@b.test>', '--date=2020-01-02T03:04:05+0200');
  write(project, 'a.txt', LINES.replace('line 18\n', 'line eighteen\n'));
  git(project, 'commit', '-qam', 'of the host');
  const { plan } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ way: { kind: 'replay' } });
  expect(git(project, 'log', '--format=%an %ad %B', '--date=iso', '-1')).toBe(
    'Ä 2020-01-02 03:04:05 +0200 One\n\nwith a body\n\n',
  );
  expect(git(project, 'status', '--porcelain')).toBe('');
  expect(read(project, 'a.txt')).toContain('line one\n');
  expect(read(project, 'a.txt')).toContain('line eighteen\n');
});

test('conflicts are told as git tells them, and nothing is changed', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', LINES.replace('line 1\n', 'clone\n'));
  write(project, 'a.txt', LINES.replace('line 1\n', 'host\n'));
  const { plan } = await land({ project, clone, ...rest });
  expect(plan).toEqual({
    kind: 'conflicts',
    conflicts: [{ kind: 'files', where: 'a.txt', text: 'CONFLICT (content): Merge conflict in a.txt' }],
  });
  expect(read(project, 'a.txt')).toContain('host\n');
});

test('changes of the host in other files, and elsewhere in the same file, stay', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', LINES.replace('line 1\n', 'clone\n'));
  write(project, 'a.txt', LINES.replace('line 18\n', 'host\n'));
  write(project, 'src/b.txt', 'host\n');
  write(project, 'mine.txt', 'mine\n');
  await land({ project, clone, ...rest });
  expect(read(project, 'a.txt')).toBe(LINES.replace('line 18\n', 'host\n').replace('line 1\n', 'clone\n'));
  expect(read(project, 'src/b.txt')).toBe('host\n');
  expect(read(project, 'mine.txt')).toBe('mine\n');
});

test('work that was not committed when the clone was made is in it, and does not stand in the way', async () => {
  const { project, clone, ...rest } = places({ dirty: (project) => appendFileSync(join(project, 'a.txt'), 'dirty\n') });
  appendFileSync(join(clone, 'a.txt'), 'more\n');
  git(clone, 'commit', '-qam', 'all of it');
  await land({ project, clone, ...rest });
  expect(read(project, 'a.txt')).toBe(`${LINES}dirty\nmore\n`);
  expect(git(project, 'status', '--porcelain')).toBe('');
});

test('an untracked file of the host that would be written over is refused by name', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'notes.txt', 'clone\n');
  write(project, 'notes.txt', 'host\n');
  const { plan } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ kind: 'conflicts', conflicts: [{ kind: 'untracked', where: 'notes.txt' }] });
  expect(read(project, 'notes.txt')).toBe('host\n');
});

test('what is staged and nowhere else is refused by name', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', `${LINES}clone\n`);
  git(clone, 'commit', '-qam', 'clone');
  write(project, 'a.txt', `staged\n${LINES}`);
  git(project, 'add', 'a.txt');
  write(project, 'a.txt', LINES);
  const { plan } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ kind: 'refused', why: 'staged', path: 'a.txt' });
  expect(git(project, 'diff', '--cached', '--name-only')).toBe('a.txt\n');
});

test('a link of the host is never written through', async () => {
  const { project, clone, dir, ...rest } = places();
  mkdirSync(join(dir, 'outside'));
  rmSync(join(project, 'src'), { recursive: true });
  symlinkSync(join(dir, 'outside'), join(project, 'src'));
  write(clone, 'src/new.txt', 'new\n');
  const { plan, written } = await land({ project, clone, dir, ...rest });
  expect({ plan, written }).toMatchObject({ plan: { kind: 'conflicts' }, written: undefined });
  expect(existsSync(join(dir, 'outside/new.txt'))).toBe(false);
});

test('a folder that becomes a link after it was decided is not written through either', async () => {
  const { project, clone, dir, ...rest } = places();
  mkdirSync(join(dir, 'outside'));
  write(clone, 'src/new.txt', 'new\n');
  const between = () => {
    rmSync(join(project, 'src'), { recursive: true });
    symlinkSync(join(dir, 'outside'), join(project, 'src'));
  };
  const { written } = await land({ project, clone, dir, ...rest }, { between });
  expect(written).toMatchObject({ done: false });
  expect(existsSync(join(dir, 'outside/new.txt'))).toBe(false);
});

test('files become folders, folders files and links, and modes change', async () => {
  const { project, clone, ...rest } = places();
  rmSync(join(clone, 'src'), { recursive: true });
  write(clone, 'src', 'a file now\n');
  rmSync(join(clone, 'a.txt'));
  mkdirSync(join(clone, 'a.txt'));
  write(clone, 'a.txt/deep', 'deep\n');
  symlinkSync('a.txt/deep', join(clone, 'link'));
  writeFileSync(join(clone, 'run'), '#!/bin/sh\n', { mode: 0o755 });
  await land({ project, clone, ...rest });
  expect(read(project, 'src')).toBe('a file now\n');
  expect(read(project, 'link')).toBe('deep\n');
  git(project, 'add', '-A');
  git(clone, 'add', '-A');
  expect(git(project, 'write-tree')).toBe(git(clone, 'write-tree'));
});

test('some paths alone land as changes', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', `${LINES}clone\n`);
  write(clone, 'src/b.txt', 'clone\n');
  git(clone, 'commit', '-qam', 'clone');
  await land({ project, clone, ...rest }, { wanted: { only: ['src'], commits: false } });
  expect(git(project, 'status', '--porcelain')).toBe(' M src/b.txt\n');
});

test('rewritten history, and merges on a host that went on, land as a branch', async () => {
  const { project, clone, ...rest } = places();
  git(clone, 'commit', '-q', '--amend', '-m', 'another first');
  write(clone, 'a.txt', `${LINES}clone\n`);
  const { plan, written } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ way: { kind: 'branch', why: 'rewritten' } });
  expect(written).toMatchObject({ done: true });
  expect(git(project, 'log', '--format=%s', 'agentbox/test')).toBe(
    'What was not committed in the clone\nanother first\n',
  );
  expect(git(project, 'status', '--porcelain')).toBe('');
});

test('a folder without git gets the changes', async () => {
  const { project, clone, ...rest } = places({ plain: true });
  write(clone, 'a.txt', `${LINES}clone\n`);
  git(clone, 'commit', '-qam', 'clone');
  rmSync(join(clone, 'src/b.txt'));
  const { written } = await land({ project, clone, ...rest });
  expect(written).toMatchObject({ done: true });
  expect(read(project, 'a.txt')).toBe(`${LINES}clone\n`);
  expect(existsSync(join(project, 'src/b.txt'))).toBe(false);
  expect(existsSync(join(project, '.git'))).toBe(false);
});

test('two clones land one after the other', async () => {
  const one = places();
  const two = one.another('two');
  write(one.clone, 'a.txt', LINES.replace('line 1\n', 'one\n'));
  git(one.clone, 'commit', '-qam', 'one');
  write(two.clone, 'a.txt', LINES.replace('line 18\n', 'two\n'));
  git(two.clone, 'commit', '-qam', 'two');
  await land(one);
  const { plan } = await land(two);
  expect(plan).toMatchObject({ way: { kind: 'replay' } });
  expect(git(one.project, 'log', '--format=%s')).toBe('two\none\nfirst\n');
  expect(git(one.project, 'status', '--porcelain')).toBe('');
});

test.each([{ format: 'sha256' as const }, { linked: true }])(
  'a project that is special lands as any other: %j',
  async (options) => {
    const { project, clone, ...rest } = places(options);
    write(clone, 'a.txt', `${LINES}clone\n`);
    git(clone, 'commit', '-qam', 'clone');
    write(clone, 'new.txt', 'new\n');
    const { written } = await land({ project, clone, ...rest });
    expect(written).toMatchObject({ done: true });
    expect(git(project, 'log', '-1', '--format=%s')).toBe('clone\n');
    expect(git(project, 'status', '--porcelain')).toBe('?? new.txt\n');
    git(project, 'fsck', '--strict');
  },
);

test('a repository without a commit gets its first', async () => {
  const one = makePlaces((project) => writeFileSync(join(project, 'a.txt'), LINES));
  made.push(one);
  git(one.clone, 'add', '.');
  git(one.clone, 'commit', '-qm', 'the very first');
  const { plan } = await land(one);
  expect(plan).toMatchObject({ way: { kind: 'forward' } });
  expect(git(one.project, 'log', '--format=%s')).toBe('the very first\n');
  expect(git(one.project, 'status', '--porcelain')).toBe('');
});

test('a host that has lost the commit the clone was made of gets all it needs', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'a.txt', `${LINES}clone\n`);
  git(clone, 'commit', '-qam', 'clone');
  git(project, 'commit', '-q', '--amend', '-m', 'in other words');
  git(project, 'reflog', 'expire', '--expire=now', '--all');
  git(project, 'gc', '-q', '--prune=now');
  const { plan, written } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ way: { kind: 'replay' } });
  expect(written).toMatchObject({ done: true });
  git(project, 'fsck', '--strict');
});

test('a clone that has thrown its objects away lands by those of the host', async () => {
  const { project, clone, ...rest } = places();
  rmSync(join(clone, '.git/objects'), { recursive: true });
  mkdirSync(join(clone, '.git/objects'));
  write(clone, 'a.txt', `${LINES}clone\n`);
  const { written } = await land({ project, clone, ...rest });
  expect(written).toMatchObject({ done: true });
  expect(read(project, 'a.txt')).toContain('clone');
});

test.each(['gone', 'link'])('a clone whose .git is a %s is told of, and nothing happens', async (what) => {
  const { project, clone, ...rest } = places();
  rmSync(join(clone, '.git'), { recursive: true });
  if (what === 'link') symlinkSync(join(project, '.git'), join(clone, '.git'));
  await expect(land({ project, clone, ...rest })).rejects.toThrow('its .git is no directory any more');
});

test('nothing that a box put into its settings or attributes is run or believed', async () => {
  const { project, clone, dir, reviewed, run, ...rest } = places();
  const canary = join(dir, 'canary');
  for (const key of [
    'core.fsmonitor',
    'filter.x.clean',
    'filter.x.smudge',
    'diff.external',
    'diff.x.textconv',
    'core.sshCommand',
  ]) {
    git(clone, 'config', key, `touch ${canary}; cat`);
  }
  git(clone, 'config', 'core.excludesFile', '/etc/passwd');
  git(clone, 'config', 'core.worktree', project);
  write(clone, '.gitattributes', '* filter=x diff=x -text\n*.txt -diff binary\n');
  write(clone, '.git/info/attributes', '* filter=x\n');
  write(clone, 'a.txt', `${LINES}clone\n`);
  const one = { project, clone, dir, reviewed, run, ...rest };
  const snapshot = await lookIntoClone(run, reviewed, []);
  const { stream, bytes } = collectBytes();
  await writePatch(run, reviewed, snapshot, { format: 'people', columns: 80, paths: [] }, stream);
  expect(bytes().toString()).toContain('+clone\n');
  await land(one);
  expect(existsSync(canary)).toBe(false);
  expect(read(project, 'a.txt')).toBe(`${LINES}clone\n`);
  // The same settings do run where git is let.
  spawnSync('git', ['-C', clone, '-c', 'core.worktree=', 'status'], { env: { PATH: process.env['PATH'] ?? '' } });
  spawnSync('git', ['--work-tree', clone, '--git-dir', join(clone, '.git'), 'status'], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  expect(existsSync(canary)).toBe(true);
});

test('commits with a .git in their files are not taken in, and keep nothing else out', async () => {
  const { project, clone, ...rest } = places();
  const blob = git(clone, 'rev-parse', 'HEAD:a.txt').trim();
  const hooks = mktree(clone, `100755 blob ${blob}\tpost-checkout\n`);
  const dotGit = mktree(clone, `040000 tree ${hooks}\thooks\n`);
  const tree = mktree(clone, `100644 blob ${blob}\ta.txt\n040000 tree ${dotGit}\t.git\n`);
  const commit = git(clone, 'commit-tree', '-p', 'HEAD', '-m', 'evil', tree).trim();
  write(clone, '.git/refs/heads/main', `${commit}\n`);
  write(clone, 'new.txt', 'new\n');
  await expect(land({ project, clone, ...rest })).rejects.toThrow(/hasDotgit/);
  expect(git(project, 'log', '--format=%s')).toBe('first\n');
  await land({ project, clone, ...rest }, { wanted: { commits: false } });
  expect(read(project, 'new.txt')).toBe('new\n');
});

test('what only commits have is there to be judged: their words, and a file that a later one took away', async () => {
  const { project, clone, ...rest } = places();
  write(clone, 'key.txt', 'secret key\n');
  git(clone, 'add', '.');
  git(clone, 'commit', '-qm', 'words of a commit');
  git(clone, 'rm', '-q', 'key.txt');
  git(clone, 'commit', '-qm', 'take it away');
  const { plan } = await land({ project, clone, ...rest });
  if (plan.kind !== 'ready') throw new Error(plan.kind);
  expect(plan.landing).toEqual([]);
  const texts = textsOf(plan);
  expect(texts.find(({ name }) => name === 'key.txt (in a commit)')?.content.toString()).toBe('secret key\n');
  expect(texts.map(({ content }) => content.toString()).join()).toContain('words of a commit');
});

test('folders with the names of git’s own files keep nothing out', async () => {
  const { project, clone, ...rest } = places();
  mkdirSync(join(clone, '.gitattributes'));
  write(clone, '.gitattributes/inside', 'x\n');
  git(clone, 'add', '.');
  git(clone, 'commit', '-qm', 'odd');
  await land({ project, clone, ...rest });
  expect(read(project, '.gitattributes/inside')).toBe('x\n');
});

test('repositories in a clone stay out and are named', async () => {
  const { project, clone, ...rest } = places();
  mkdirSync(join(clone, 'vendor'));
  git(join(clone, 'vendor'), 'init', '-q');
  git(join(clone, 'vendor'), 'commit', '-q', '--allow-empty', '-m', 'inner');
  mkdirSync(join(clone, 'empty'));
  git(join(clone, 'empty'), 'init', '-q');
  write(clone, 'empty/file', 'lost?');
  write(clone, 'new.txt', 'new\n');
  const { plan, snapshot } = await land({ project, clone, ...rest });
  expect(plan).toMatchObject({ left: [{ why: 'repository', path: 'vendor' }] });
  expect(snapshot.left).toEqual(['empty/']);
  expect(read(project, 'new.txt')).toBe('new\n');
  expect(existsSync(join(project, 'vendor'))).toBe(false);
});

test('on a host that does not tell upper case from lower, names that become one stay out', async () => {
  const { project, clone, run, ...rest } = places();
  write(clone, 'A.txt', 'another\n');
  write(clone, 'fine.txt', 'fine\n');
  const folding: Places['run'] = (work) =>
    run({
      ...work,
      args: (work.args ?? []).map((arg) => (arg === 'look' && work.script === 'plan-apply' ? 'fold' : arg)),
    });
  const { plan } = await land({ project, clone, run: folding, ...rest });
  expect(plan).toMatchObject({ left: [{ why: 'case', path: 'A.txt' }] });
  expect(read(project, 'a.txt')).toBe(LINES);
  expect(existsSync(join(project, 'fine.txt'))).toBe(true);
});

function mktree(dir: string, lines: string): string {
  const ended = spawnSync('git', ['-C', dir, 'mktree'], { input: lines, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
  return ended.stdout.trim();
}
