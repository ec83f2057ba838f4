import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSince } from '../../../../src/workspace/ended/changedSince.ts';
import { foldersOf } from '../../../../src/workspace/ended/folders.ts';
import { walk } from '../../../../src/workspace/sinks/walk.ts';
import { put } from '../support.ts';

describe('what changed in a project', () => {
  let project: string;
  let since: number;
  let folders: Readonly<Record<string, string>> | undefined;
  const at = (path: string) => join(project, path);
  const begin = async () => {
    folders = foldersOf(project, (await walk(project)).folders);
    await setTimeout(30);
    since = Date.now();
    await setTimeout(30);
  };
  const changed = async (limit?: number) =>
    changedSince(project, { since, folders, ...(limit === undefined ? {} : { limit }) });
  const files = async () =>
    (await changed()).files.map(({ path, mode, isMoved }) => `${path} ${mode}${isMoved ? ' moved' : ''}`);

  beforeEach(async () => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-ended-')));
    for (const path of ['a.txt', 'deep/er/b.txt', 'run.sh', 'node_modules/x/index.js', 'vendor/v.go', '.git/HEAD'])
      put(at(path), 'x\n');
    await begin();
  });

  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('is nothing when nothing did', async () => {
    expect(await changed()).toEqual({ files: [], packages: [], complete: true });
  });

  it('is what is written, new, made runnable or linked, and not what git keeps', async () => {
    appendFileSync(at('deep/er/b.txt'), 'y\n');
    put(at('new/c.txt'), 'c\n');
    chmodSync(at('run.sh'), 0o755);
    symlinkSync('a.txt', at('link'));
    put(at('vendor/v.go'), 'y\n');
    put(at('.git/HEAD'), 'y\n');
    expect((await files()).sort()).toEqual([
      'deep/er/b.txt 100644',
      'link 120000',
      'new/c.txt 100644',
      'run.sh 100755',
      'vendor/v.go 100644',
    ]);
  });

  it('is also what was given an old date', async () => {
    put(at('a.txt'), 'y\n');
    utimesSync(at('a.txt'), 1, 1);
    expect(await files()).toEqual(['a.txt 100644']);
  });

  it('is also what was moved: a file, a folder, one in the place of another', async () => {
    renameSync(at('a.txt'), at('z.txt'));
    expect(await files()).toEqual(['z.txt 100644']);
    await begin();
    renameSync(at('deep'), at('other'));
    expect(await files()).toEqual(['other/er/b.txt 100644 moved']);
    await begin();
    mkdirSync(at('stage'));
    put(at('stage/er/b.txt'), 'evil\n');
    await begin();
    renameSync(at('other'), at('old'));
    renameSync(at('stage'), at('other'));
    expect((await files()).sort()).toEqual(['old/er/b.txt 100644 moved', 'other/er/b.txt 100644 moved']);
    // Without what was noted at the start nobody sees it.
    folders = undefined;
    expect(await files()).toEqual([]);
  });

  it('is one thing for packages that were installed', async () => {
    put(at('node_modules/y/index.js'), 'y\n');
    expect(await changed()).toMatchObject({ files: [], packages: ['node_modules'] });
    await begin();
    put(at('node_modules/y/more.js'), 'y\n');
    expect(await changed()).toMatchObject({ files: [], packages: ['node_modules'] });
  });

  it('is not complete when the time is over', async () => {
    expect(await changed(-1)).toMatchObject({ complete: false });
  });
});
