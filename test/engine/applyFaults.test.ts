import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Context } from '../../src/context.ts';
import { gitBox } from '../../src/workspace/gitBox.ts';
import { land } from '../unit/workspace/review/landing.ts';
import { git, makePlaces, type Places } from '../unit/workspace/review/places.ts';
import { filesIn } from '../unit/workspace/review/sequences.ts';
import { baseImage, findEngine, silentDeps, type TestEngine } from './support/engines.ts';

const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);

/** A project and its clone that belong to the user of boxes, worked on by real helper boxes. */
async function placesFor(test: TestEngine): Promise<Places> {
  await baseImage(test);
  const one = makePlaces((project) => {
    mkdirSync(join(project, 'folder'));
    for (const path of ['a.txt', 'folder/b.txt']) writeFileSync(join(project, path), `${path}\n`);
    git(project, 'add', '.');
    git(project, 'commit', '-qm', 'first');
  });
  onTestFinished(() => one.close());
  rmSync(join(one.clone, 'folder'), { recursive: true });
  writeFileSync(join(one.clone, 'folder'), 'a file now\n');
  git(one.clone, 'add', '-A');
  git(one.clone, 'commit', '-qm', 'work');
  writeFileSync(join(one.clone, 'ünï new.txt'), 'new\r\n');
  chmodSync(one.dir, 0o755);
  const { uid, gid, keepId } = test;
  const owned = spawnSync('chown', ['-R', `${uid}:${gid}`, one.dir], { timeout: 10_000 });
  if (owned.status !== 0) throw new Error(`cannot give ${one.dir} to ${uid}`);
  const context = {
    ...silentDeps(),
    paths: { cacheDir: join(one.dir, 'cache'), dataDir: join(one.dir, 'data') },
  } as unknown as Context;
  const user = { uid, gid, keepId };
  // The clone lies in a folder here, and in a volume otherwise.
  const run: Places['run'] = ({ mounts, suffix: _, ...work }) => {
    const here = mounts.map(({ volume: _volume, ...mount }) => mount);
    return gitBox(context, test.engine, { client: 'default', user, runtime: undefined }, { ...work, mounts: here });
  };
  return { ...one, run, giveTo: process.getuid?.() === 0 ? user : undefined };
}

describe.each(tested)('landing a clone on $kind', (test) => {
  // None, one before the first file of the project changes, two in the midst.
  it.each(['never', 'staged:0', 'step:1', 'moving'])(
    'killed at %s: all is there afterwards, or nothing',
    async (fault) => {
      const one = await placesFor(test);
      const before = filesIn(one.project);
      const { written } = await land(one, { fault });
      const done = fault !== 'staged:0';
      expect(written?.done).toBe(done);
      expect(filesIn(one.project)).toEqual(done ? filesIn(one.clone) : before);
      const at = (dir: string) => git(dir, '-c', 'safe.directory=*', 'log', '--format=%s');
      expect(at(one.project)).toBe(done ? at(one.clone) : 'first\n');
      const foreign = spawnSync('find', [one.project, '!', '-uid', `${test.uid}`], {
        encoding: 'utf8',
        timeout: 10_000,
      });
      expect(foreign.stdout).toBe('');
    },
  );
});
