import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../../../src/config/paths.ts';
import { findPlanted } from '../../../../src/workspace/aside/findPlanted.ts';
import { moveAside } from '../../../../src/workspace/aside/moveAside.ts';
import { asideOf, asidePlace, giveBack, throwAway } from '../../../../src/workspace/aside/review.ts';
import { asideDir } from '../../../../src/workspace/aside/store.ts';
import { lookAtSinks } from '../../../../src/workspace/sinks/lookAtSinks.ts';
import { NO_SETTINGS, type TestTree, testTree } from '../sinks/tree.ts';

/** Memory is another file system than the temporary directory, where there is any. */
const MEMORY = '/dev/shm';
const disks: readonly (readonly [string, string | undefined])[] = [
  ['the same disk', undefined],
  ...(existsSync(MEMORY) ? [['another disk', MEMORY] as const] : []),
];

describe.each(disks)('what is moved aside, to %s', (_, other) => {
  let tree: TestTree;
  let data: string;
  beforeEach(() => {
    tree = testTree();
    data = other === undefined ? join(tree.path, '..', 'data') : mkdtempSync(join(other, 'agentbox-aside-'));
  });
  afterEach(() => {
    tree.close();
    rmSync(data, { recursive: true, force: true });
  });

  const paths = () => pathsOf({ AGENTBOX_DATA: data }, tree.context.paths.home);
  const box = () => ({ client: 'acme', box: 'agentbox-1', project: tree.path });
  const sink = (path: string) => ({ path, kind: 'sink', reason: 'it runs' }) as const;
  const move = (...names: readonly string[]) =>
    moveAside(tree.path, asideDir(paths(), box()), names.map(sink), new Date('2026-11-28T12:00:00Z'));
  const there = () => readdirSync(tree.path, { recursive: true }).map(String).sort();

  it('keeps files, folders and links as they are, and comes back', async () => {
    tree.write('a/.envrc', '.vscode/tasks.json', '.vscode/deep/er');
    chmodSync(join(tree.path, 'a/.envrc'), 0o751);
    tree.link('.vscode/link', '/etc');
    tree.link('.idea', '../nowhere');
    const before = there();
    expect((await move('a/.envrc', '.vscode', '.idea')).failed).toEqual([]);
    expect(there()).toEqual(['a']);
    const items = await asideOf(paths(), box());
    expect(items).toMatchObject([
      { n: 1, path: 'a/.envrc', kind: 'sink', reason: 'it runs', at: '2026-11-28T12:00:00.000Z' },
      { n: 2, path: '.vscode' },
      { n: 3, path: '.idea' },
    ]);
    const [envrc, vscode, idea] = items.map((item) => asidePlace(paths(), box(), item));
    expect([lstatSync(envrc ?? '').mode & 0o777, readFileSync(envrc ?? '', 'utf8')]).toEqual([
      0o751,
      'content of a/.envrc\n',
    ]);
    expect([readlinkSync(`${vscode}/link`), readlinkSync(idea ?? '')]).toEqual(['/etc', '../nowhere']);
    rmSync(join(tree.path, 'a'), { recursive: true });
    await giveBack(paths(), box());
    expect(there()).toEqual(before);
    expect(lstatSync(join(tree.path, 'a/.envrc')).mode & 0o777).toBe(0o751);
    expect(await asideOf(paths(), box())).toEqual([]);
  });

  it('is given back and thrown away one by one, and never over something else', async () => {
    tree.write('.envrc', '.npmrc', '.yarnrc');
    await move('.envrc', '.npmrc', '.yarnrc');
    tree.write('.npmrc');
    await giveBack(paths(), box(), ['.envrc']);
    await expect(giveBack(paths(), box(), ['.npmrc'])).rejects.toThrow('cannot put .npmrc back');
    await throwAway(paths(), box(), ['.yarnrc']);
    expect(there()).toEqual(['.envrc', '.npmrc']);
    expect((await asideOf(paths(), box())).map(({ path }) => path)).toEqual(['.npmrc']);
    await throwAway(paths(), box());
    expect(await asideOf(paths(), box())).toEqual([]);
    expect(existsSync(asideDir(paths(), box()))).toBe(false);
  });

  it('follows no link on the way, nor on the way back', async () => {
    mkdirSync(join(tree.path, '../elsewhere'));
    const elsewhere = join(tree.path, '../elsewhere/.envrc');
    spawnSync('touch', [elsewhere]);
    tree.link('a', '../elsewhere');
    expect(await move('a/.envrc')).toEqual({ moved: [], failed: [] });
    expect(existsSync(elsewhere)).toBe(true);
    rmSync(join(tree.path, 'a'));
    tree.write('a/.envrc');
    await move('a/.envrc');
    rmSync(elsewhere);
    rmSync(join(tree.path, 'a'), { recursive: true });
    tree.link('a', '../elsewhere');
    await expect(giveBack(paths(), box())).rejects.toThrow();
    expect(existsSync(elsewhere)).toBe(false);
    expect(await asideOf(paths(), box())).toHaveLength(1);
  });

  it('takes what is no text, closed, or neither file nor folder', async () => {
    const name = Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from([0xff, 0x2e])]);
    mkdirSync(name);
    tree.write('shut/in/x', 'readonly/.envrc');
    chmodSync(join(tree.path, 'shut'), 0);
    chmodSync(join(tree.path, 'readonly'), 0o555);
    spawnSync('mkfifo', [join(tree.path, '.npmrc')]);
    const { moved, failed } = await move('\ufffd.', 'shut', 'readonly/.envrc', '.npmrc');
    expect([moved.map(({ path }) => path), failed]).toEqual([['\ufffd.', 'shut', 'readonly/.envrc', '.npmrc'], []]);
    expect(there()).toEqual(['readonly']);
    expect(lstatSync(join(tree.path, 'readonly')).mode & 0o777).toBe(0o555);
  });

  it('is found by the same look that a later command makes, and again behind what was closed', async () => {
    const { baseline } = await lookAtSinks(tree.context, NO_SETTINGS, tree.path);
    const facts = { repositories: [], guarded: [], masked: [], notices: [], baseline };
    const record = { ...box(), workspace: 'bind', facts } as const;
    const look = () => findPlanted({ ...tree.context, paths: paths() }, record);
    expect(await look()).toEqual({ moved: [], failed: [], replaced: [], complete: true });
    tree.write('.envrc', 'sub/.git/HEAD');
    expect((await look())?.moved.map(({ path }) => path)).toEqual(['.envrc', 'sub/.git']);
    tree.write('.envrc');
    expect((await look())?.moved.map(({ n }) => n)).toEqual([3]);
    expect(await asideOf(paths(), box())).toHaveLength(3);
    expect(await findPlanted({ ...tree.context, paths: paths() }, { ...record, workspace: 'clone' })).toBeUndefined();
    rmSync(tree.path, { recursive: true });
    expect(await look()).toBeUndefined();
  });

  it('says nothing of what a crash kept from being moved', async () => {
    tree.write('.envrc', '.npmrc');
    await move('.envrc', '.npmrc');
    rmSync(join(asideDir(paths(), box()), '1', '.envrc'));
    expect((await asideOf(paths(), box())).map(({ path }) => path)).toEqual(['.npmrc']);
  });
});
