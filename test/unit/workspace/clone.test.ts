import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { outDir, workspaceDir } from '../../../src/config/paths.ts';
import type { Engine, VolumeInfo } from '../../../src/engine/engine.ts';
import { cloneVolumeName, fromCloneLabels, labelsOfClones, toCloneLabels } from '../../../src/plan/cloneVolume.ts';
import { parseBase } from '../../../src/workspace/clone/base.ts';
import { readState } from '../../../src/workspace/clone/cloneState.ts';
import { changesOf } from '../../../src/workspace/clone/closeClone.ts';
import { discardClone } from '../../../src/workspace/clone/discardClone.ts';
import { parsePairs } from '../../../src/workspace/clone/pairs.ts';
import { refusedClone } from '../../../src/workspace/clone/refusals.ts';
import { sweepClones } from '../../../src/workspace/clone/sweepClones.ts';
import { PLAIN_WORKSPACE } from '../../../src/workspace/facts.ts';
import { findKept } from '../../../src/workspace/findKept.ts';
import { keptWorkspaces, leftToReview } from '../../../src/workspace/kept.ts';
import { readRecord, type WorkspaceRecord, writeRecord } from '../../../src/workspace/record.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

const ID = 'a'.repeat(40);
const REFS = 'b'.repeat(64);
const base = { commit: ID, branch: 'refs/heads/main', baseline: null, tree: ID, format: 'sha1', refs: REFS } as const;

const record = (box: string, more: Partial<WorkspaceRecord> = {}): WorkspaceRecord => ({
  format: 1,
  box,
  ...{ client: 'acme', agent: 'claude', project: '/srv/app', workspace: 'clone', engine: 'docker' },
  ...{ user: { uid: 1000, gid: 1000, keepId: false }, target: '/workspace', started: '2026-01-02T03:04:05Z' },
  ...{ facts: PLAIN_WORKSPACE, starts: [], clone: { volume: `v-${box}`, base } },
  ...more,
});

/** An engine that has volumes and nothing else. */
function engineWith(volumes: VolumeInfo[], kind: 'docker' | 'podman' = 'docker') {
  const removed: string[] = [];
  const removeVolume = async (name: string) => {
    removed.push(name);
  };
  const boxes = async () => [];
  return { removed, engine: { kind, boxes, volumes: async () => volumes, removeVolume } as unknown as Engine };
}

describe('the volume of a clone', () => {
  it('is named for its box, and for the folder of the state', () => {
    const name = cloneVolumeName('agentbox-acme-app-claude-1a2b', { dataDir: '/home/a' });
    expect(name).toMatch(/^agentbox-clone-acme-app-claude-1a2b-[0-9a-f]{8}$/);
    expect(cloneVolumeName('agentbox-acme-app-claude-1a2b', { dataDir: '/home/b' })).not.toBe(name);
  });

  it('says whose it is in labels that no engine takes apart', () => {
    const clone = {
      ...{ client: 'acme', data: '/home/a,b', project: '/srv/50% "off",\nreally', agent: 'claude' },
      ...{ box: 'agentbox-1', started: '2026-01-02T03:04:05Z' },
    };
    const labels = toCloneLabels(clone);
    for (const value of Object.values(labels)) expect(value).not.toMatch(/[,"\n]/);
    expect(fromCloneLabels(labels)).toEqual(clone);
    expect(labels).toMatchObject(labelsOfClones('/home/a,b'));
  });
});

describe('what the programs of clones print', () => {
  const said = (pairs: Readonly<Record<string, string>>) =>
    Object.entries(pairs)
      .map(([name, value]) => `${name}\0${value}\0`)
      .join('');

  it('is pairs, of which one that is cut off is none', () => {
    expect(parsePairs('a\0one\ntwo\0b\0\0c\0cut')).toEqual([
      ['a', 'one\ntwo'],
      ['b', ''],
    ]);
  });

  it('becomes the base of a clone', () => {
    const { commit, branch, tree, format, refs } = base;
    expect(parseBase(said({ commit, branch, tree, format, refs }))).toEqual(base);
    expect(parseBase(said({ baseline: ID, tree, format, refs }))).toMatchObject({ commit: null, branch: null });
    // HEAD is detached.
    expect(parseBase(said({ commit, branch: '', tree, format, refs }))).toMatchObject({ branch: null });
  });

  it.each([
    { tree: 'main' },
    { tree: undefined },
    { commit: '-x' },
    { branch: '../x' },
    { format: 'md5' },
    { refs: '' },
  ])('is not taken for a base with %j', (wrong) => {
    const { commit, branch, tree, format, refs } = base;
    const pairs = Object.entries({ commit, branch, tree, format, refs, ...wrong });
    expect(() =>
      parseBase(pairs.map(([name, value]) => (value === undefined ? '' : `${name}\0${value}\0`)).join('')),
    ).toThrow('fill-clone');
  });

  it('means no change only where all of it says so', () => {
    const all = { tree: ID, refs: REFS, whole: 'yes', stat: '', commits: '0' };
    expect(readState(said(all), base)).toEqual({ changed: false, stat: '', commits: 0 });
    for (const other of [{ tree: 'c'.repeat(40) }, { refs: 'c'.repeat(64) }, { whole: '' }, { tree: '' }]) {
      expect(readState(said({ ...all, ...other }), base).changed).toBe(true);
    }
    expect(readState('', base)).toEqual({ changed: true, stat: undefined, commits: undefined });
    expect(readState(said({ ...all, stat: '\u001b[31m1 file changed' }), base).stat).toBeUndefined();
  });

  it('is told in words', () => {
    const of = (stat: string | undefined, commits: number | undefined) => changesOf({ changed: true, stat, commits });
    expect(of('2 files changed, 3 insertions(+), 1 deletion(-)', 2)).toBe(
      '2 files changed, 3 insertions, 1 deletion, 2 commits',
    );
    expect(of('', 1)).toBe('1 commit');
    expect(of('', 0)).toContain('other branches');
    expect(of(undefined, undefined)).toContain('cannot count');
  });

  it('names what is refused, and what to do', () => {
    const names = Array.from({ length: 7 }, (_, n) => `unreadable\0f${n}\0`).join('');
    const error = refusedClone(`${names}nested\0x\0`);
    expect(error.message).toBe('cannot clone all of the project: f0, f1, f2, f3, f4 and 2 more');
    expect(error.trouble).toBe('refused');
    expect(refusedClone('submodule\0lib/\u001b[2Jx\0').message).toContain('lib/\\u{1b}[2Jx');
    expect(refusedClone('').trouble).toBe('refused');
  });
});

describe('what is kept of workspaces', () => {
  it('is what records and volumes tell, without what was never whole or is on another engine', async () => {
    const context = testContext(await temporary());
    const { paths } = context;
    await writeRecord(paths, record('agentbox-acme-app-claude-1a'));
    await writeRecord(paths, record('agentbox-acme-app-claude-2b', { clone: { volume: 'v-half' } }));
    await writeRecord(paths, record('agentbox-acme-app-claude-3c', { engine: 'podman' }));
    const lost = {
      client: 'acme',
      data: paths.dataDir,
      project: '/srv/b',
      agent: 'codex',
      box: 'agentbox-lost',
      started: '2025',
    };
    const { engine } = engineWith([
      { name: 'v-agentbox-acme-app-claude-1a', labels: {} },
      { name: 'v-half', labels: {} },
      { name: 'v-lost', labels: toCloneLabels(lost) },
    ]);
    const kept = await keptWorkspaces(context, engine);
    expect(kept.map(({ box, volume }) => [box, volume])).toEqual([
      ['agentbox-lost', 'v-lost'],
      ['agentbox-acme-app-claude-1a', 'v-agentbox-acme-app-claude-1a'],
    ]);
    expect(kept[0]).toMatchObject({ project: '/srv/b', agent: 'codex', workspace: 'clone', record: undefined });
    expect(await keptWorkspaces(context, engine, 'other')).toEqual([]);
    expect(findKept(kept, '1a')?.box).toBe('agentbox-acme-app-claude-1a');
    expect(findKept(kept, 'agentbox-')).toBeUndefined();
  });

  it('is to be reviewed where something of a box is in it', async () => {
    const context = testContext(await temporary());
    const { paths } = context;
    const readonly = record('agentbox-r', { workspace: 'readonly' });
    const bind = record('agentbox-b', { workspace: 'bind' });
    expect(await leftToReview(context, record('agentbox-c'))).toContain('clone');
    const out = outDir(paths, 'acme', 'agentbox-r');
    await mkdir(out, { recursive: true });
    expect(await leftToReview(context, readonly)).toBeUndefined();
    await writeFile(join(out, 'report'), '');
    expect(await leftToReview(context, readonly)).toBe(`files in ${out}`);
    const aside = join(workspaceDir(paths, 'acme', 'agentbox-b'), 'aside');
    await mkdir(aside, { recursive: true });
    await writeFile(join(aside, 'index.json'), '[]\n');
    expect(await leftToReview(context, bind)).toBeUndefined();
    await writeFile(join(aside, 'index.json'), '[{"path":"x"}]');
    expect(await leftToReview(context, bind)).toContain('moved aside');
  });
});

test('a clone that was never whole is swept, one that is whole or being made is not', async () => {
  const context = testContext(await temporary());
  const { paths } = context;
  const { engine, removed } = engineWith([]);
  await writeRecord(paths, record('agentbox-whole'));
  await writeRecord(paths, record('agentbox-half', { clone: { volume: 'v-half' } }));
  await writeRecord(paths, record('agentbox-making', { clone: { volume: 'v-making' } }));
  await mkdir(`${workspaceDir(paths, 'acme', 'agentbox-making')}.lock`);
  await sweepClones(context, engine, 'acme');
  expect(removed).toEqual(['v-half']);
  expect(await readRecord(paths, 'acme', 'agentbox-half')).toBeUndefined();
  expect(await readRecord(paths, 'acme', 'agentbox-whole')).toEqual(record('agentbox-whole'));
  expect(await readRecord(paths, 'acme', 'agentbox-making')).toBeDefined();
});

test('a clone whose removal was interrupted is one that was never whole', async () => {
  const context = testContext(await temporary());
  const { paths } = context;
  const whole = record('agentbox-whole');
  await writeRecord(paths, whole);
  const { engine } = engineWith([]);
  const busy = { ...engine, removeVolume: () => Promise.reject(new Error('killed')) };
  await expect(discardClone(context, busy, whole)).rejects.toThrow('killed');
  expect((await readRecord(paths, 'acme', 'agentbox-whole'))?.clone).toEqual({ volume: 'v-agentbox-whole' });
  await sweepClones(context, engine, 'acme');
  expect(await readdir(join(workspaceDir(paths, 'acme', 'agentbox-whole'), '..'))).toEqual([]);
});
